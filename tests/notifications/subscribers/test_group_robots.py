"""Subscribing a group by its robot, at every door."""

import io

import pytest
from django.test import Client

from notifications.channels.addresses import AddressKind
from notifications.subscribers.models import Address
from notifications.subscribers.selectors import addresses_of, clear_address, who_of
from notifications.subscribers.services.addresses import address_add
from notifications.subscribers.services.importing import ImportReport, subscriber_import
from tests.notifications.channels.groups import GROUPS, TOKEN
from tests.notifications.subscribers.visitor import Visitor, code_in, text_of
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db

WECOM = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture(autouse=True)
def usual(sim: Simulator) -> None:
    usual = {"group_gone": [], "group_keywords": [], "group_secrets": [], "group_per_minute": 0}
    sim.control("PUT", "config", usual)


def subscribe(visitor: Visitor, pasted: str, sink: str) -> str:
    return text_of(visitor.subscribe("", to=sink, robot=pasted))


@pytest.mark.parametrize("scheme", GROUPS)
def test_a_group_subscribes_by_the_code_that_its_robot_shows(visitor: Visitor, scheme: str) -> None:
    one = GROUPS[scheme]
    page = subscribe(visitor, one.pasted, one.sink)
    assert one.masked in page
    for private in one.private:
        assert private not in page
    address = Address.objects.get()
    assert (address.channel, address.kind) == ("robot", "group")
    assert address.confirmed_at
    assert clear_address(address) == one.kept
    assert bytes(address.sealed).find(one.kept.encode()) < 0


@pytest.mark.parametrize(
    "pasted",
    [
        WECOM,
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM}",
        f"wecombot://{WECOM}/",
    ],
)
def test_wecom_is_recognised_by_its_key_and_its_address(visitor: Visitor, pasted: str) -> None:
    subscribe(visitor, pasted, WECOM)
    address = Address.objects.get()
    assert (address.channel, address.kind) == ("robot", AddressKind.ROBOT)
    assert clear_address(address) == WECOM


def test_the_code_comes_after_the_operators_name_for_robots_with_a_keyword(
    visitor: Visitor, sim: Simulator
) -> None:
    one = GROUPS["feishu"]
    sim.control("PUT", "config", {"group_keywords": [f"{one.sink}=DemoPay"]})
    assert one.masked in subscribe(visitor, one.pasted, one.sink)
    assert "keyword, use “DemoPay”" in text_of(visitor.get("/subscribe/"))


def test_a_robot_that_refuses_the_code_is_explained(visitor: Visitor, sim: Simulator) -> None:
    one = GROUPS["dingtalk"]
    sim.control("PUT", "config", {"group_keywords": [f"{one.sink}=another word"]})
    page = visitor.ask("", robot=one.pasted).headers["Location"]
    with pytest.raises(IndexError):
        visitor.code(one.sink)
    assert "settings refuse our message" in text_of(visitor.client.get(page))


@pytest.mark.parametrize("page", ["/subscribe/", "/manage/"])
def test_the_form_says_where_to_find_each_address(visitor: Visitor, settings, page: str) -> None:
    shown = text_of(visitor.get(page))
    for word in ("WeCom:", "DingTalk:", "Feishu:", "Slack:", "Teams:", "Telegram:", "Discord:"):
        assert word in shown
    settings.ROBOT_SERVICES = frozenset({"feishu"})
    assert "Slack:" not in text_of(visitor.get(page))
    chinese = Client().get(page).content.decode()
    assert "钉钉：" not in chinese
    assert "飞书：" in chinese


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"robot": "https://example.com/hook"}, "not the address of a group robot"),
        ({"robot": "barks://127.0.0.1/abc"}, "public host name"),
        ({"robot": "barks://bark.example.com/" + "x" * 1200}, "at most 1100 characters"),
        ({"robot": GROUPS["slack"].pasted, "phone": "13800138000"}, "Enter one address only"),
        ({"robot": GROUPS["slack"].pasted, "email": "a@example.com"}, "Enter one address only"),
        ({}, "Enter your mobile number"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(visitor: Visitor, given, problem: str) -> None:
    response = visitor.ask(**{"phone": "", "number": "", **given})
    assert response.status_code == 400
    assert problem in text_of(response)


def test_whoever_reads_the_group_can_manage_its_subscription(visitor: Visitor) -> None:
    one = GROUPS["discord"]
    subscribe(visitor, one.pasted, one.sink)
    page = visitor.post("/manage/", {"robot": one.pasted}).headers["Location"]
    visitor.sim.control("POST", "reset")
    opened = visitor.type(page, visitor.code(one.sink)).headers["Location"]
    shown = text_of(visitor.client.get(opened))
    assert one.masked in shown
    assert "Group robot" in shown


def test_a_new_signing_secret_takes_the_place_of_the_old_one(visitor: Visitor) -> None:
    plain = GROUPS["dingtalk"].pasted
    for pasted in (plain, f"{plain} SEC0123abc", f"{plain} SEC9999xyz"):
        visitor.sim.control("POST", "reset")
        subscribe(visitor, pasted, f"dingtalk:{TOKEN}")
    address = Address.objects.get()
    assert clear_address(address) == f"dingtalk://SEC9999xyz@{TOKEN}/"


def test_staff_add_and_find_a_robot_however_it_is_written() -> None:
    one = GROUPS["workflow"]
    added = address_add(channel="robot", raw=one.pasted, language="en", source="contract")
    again = address_add(channel="wecom", raw=one.kept, language="en", source="contract")
    assert added == again
    assert list(addresses_of(who_of(one.pasted))) == [added]
    assert one.pasted not in who_of(one.pasted)


def imported(*lines: str) -> ImportReport:
    header = "phone,language,category,consent_source,群机器人,email"
    return subscriber_import(io.BytesIO("\n".join([header, *lines]).encode()))


def test_a_list_of_subscribers_has_a_column_for_robots() -> None:
    dingtalk, slack = GROUPS["dingtalk"], GROUPS["slack"]
    report = imported(
        f"13800138000,zh,,contract,{dingtalk.pasted} SEC0123abc,a@example.com",
        f"13800138001,zh,,contract,{WECOM},",
        "13800138002,zh,,contract,,",
        "13800138003,zh,,contract,https://example.com/hook,",
        f"13800138004,zh,,contract,{dingtalk.pasted},",
    )
    assert report.created == 4
    assert [(one.line, one.column) for one in report.errors] == [(5, "robot")]
    assert slack.masked not in Address.objects.values_list("masked", flat=True)
    robots = Address.objects.filter(channel="robot").order_by("pk")
    assert [(one.kind, one.position) for one in robots] == [("group", 2), ("robot", 2)]
    assert clear_address(robots[0]) == f"dingtalk://SEC0123abc@{TOKEN}/"
    assert robots[0].subscriber.addresses.count() == 3
    assert robots[0].subscription.topics
    again = imported(f"13800138002,zh,,contract,{slack.pasted},")
    assert again.updated == 1
    assert Address.objects.filter(masked=slack.masked, confirmed_at__isnull=False).exists()


def test_the_code_says_what_it_is_for(visitor: Visitor) -> None:
    one = GROUPS["slack"]
    visitor.ask("", robot=one.pasted)
    visitor.code(one.sink)
    [row] = visitor.sim.messages(to=one.sink)
    assert row["body"].startswith("【DemoPay】Your code is")
    assert code_in(row["body"])


@pytest.mark.parametrize("scheme", ["feishu", "dingtalk"])
def test_the_copy_of_the_data_holds_no_signing_secret(
    visitor: Visitor, sim: Simulator, scheme: str
) -> None:
    one = GROUPS[scheme]
    token, secret = one.kept.split("/")[2], "SEC0123abcdef"
    sim.control("PUT", "config", {"group_secrets": [f"{token}={secret}"]})
    subscribe(visitor, f"{one.pasted} {secret}", one.sink)
    page = visitor.post("/manage/", {"robot": f"{one.pasted} {secret}"}).headers["Location"]
    opened = visitor.type(page, visitor.code(one.sink)).headers["Location"]
    for shown in (
        visitor.client.get(opened),
        visitor.client.post(f"{opened}data/", {"json": "1"}),
        visitor.client.post(f"{opened}data/"),
    ):
        assert shown.status_code == 200
        assert secret not in text_of(shown)
