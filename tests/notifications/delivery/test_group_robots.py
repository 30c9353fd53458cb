"""Deliveries to group robots: each by the provider of its own kind of address."""

import socket
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.db.models import F

from notifications.channels import medium
from notifications.delivery.alarms import alarm_raise
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.send import send_due
from notifications.delivery.staff_words import alarms_tell
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address
from notifications.subscribers.services.addresses import address_add
from tests.factories import open_incident
from tests.notifications.channels.groups import GROUPS
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

WECOM = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
ROBOT = "robot"


@pytest.fixture(autouse=True)
def usual(provider: Simulator) -> None:
    usual = {"group_gone": [], "group_keywords": [], "group_secrets": [], "group_per_minute": 0}
    provider.control("PUT", "config", usual)


def broadcast(*pasted: str) -> None:
    for one in pasted:
        address_add(channel=ROBOT, raw=one, language="zh-hans", source="contract")
    expand(open_incident().number)


def states() -> dict[str, str]:
    rows = Delivery.objects.values_list("address__masked", "state")
    return dict(rows)


def test_each_address_is_sent_to_by_the_provider_of_its_kind(provider: Simulator) -> None:
    broadcast(WECOM, *(one.pasted for one in GROUPS.values()))
    send_due(ROBOT)
    rows = Delivery.objects.values_list("address__kind", "route", "provider", "state").distinct()
    assert set(rows) == {("robot", "", "wecom", "sent"), ("group", "group", "apprise", "sent")}
    assert len(provider.messages(provider="wecom")) == 1
    assert len(provider.messages(provider="group")) == len(GROUPS)


def test_the_route_of_an_address_is_its_kind() -> None:
    robots = medium(ROBOT)
    assert robots.routes == ["group", ""]
    for one in GROUPS.values():
        assert robots.route_of(one.kept) == "group"
        assert contact_on(ROBOT, one.pasted).kind == "group"
    assert robots.route_of(WECOM) == ""
    assert [one.name for one in robots.in_order("group")] == ["apprise"]
    assert [one.name for one in robots.in_order()] == ["wecom"]


def test_a_robot_that_is_gone_is_stopped_and_the_others_are_not(provider: Simulator) -> None:
    gone, there = GROUPS["dingtalk"], GROUPS["feishu"]
    provider.control("PUT", "config", {"group_gone": [gone.sink]})
    broadcast(gone.pasted, there.pasted)
    send_due(ROBOT)
    assert states() == {gone.masked: "failed", there.masked: "sent"}
    assert Address.objects.get(masked=gone.masked).suppressed_for == "bad_address"
    assert Address.objects.get(masked=there.masked).suppressed_at is None


def test_a_guarded_robot_is_not_stopped_and_gets_the_next_message(provider: Simulator) -> None:
    one = GROUPS["dingtalk"]
    provider.control("PUT", "config", {"group_keywords": [f"{one.sink}=别的词"]})
    broadcast(one.pasted)
    send_due(ROBOT)
    assert states() == {one.masked: "failed"}
    assert Address.objects.get().suppressed_at is None


def test_each_robot_has_the_limit_of_its_service(provider: Simulator) -> None:
    one = GROUPS["dingtalk"]
    broadcast(one.pasted)
    address = Address.objects.get()
    for _ in range(29):
        said = open_incident()
        expand(said.number)
    for _ in range(3):
        send_due(ROBOT)
    sent = provider.messages(provider="group", to=one.sink)
    # Half at once, and what trickles in while the test runs; the simulator would refuse the 21st.
    assert 10 <= len(sent) <= 12
    waiting = Delivery.objects.filter(state="pending", address=address)
    assert waiting.count() == 30 - len(sent)
    assert {one.code for one in waiting} <= {"own_limit", ""}


def test_what_may_have_gone_out_waits_for_a_decision(provider: Simulator) -> None:
    provider.switch("drop_after", provider="group", count=1)
    broadcast(GROUPS["slack"].pasted)
    send_due(ROBOT)
    assert states() == {GROUPS["slack"].masked: "unknown"}
    Delivery.objects.update(due_at=F("due_at") - timedelta(hours=1))
    send_due(ROBOT)
    assert len(provider.messages(provider="group")) == 1


def test_a_readers_own_server_that_is_gone_is_tried_a_few_times_and_alarms_nobody(
    settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROBOT_RELAY_URL, settings.DELIVERY_MAX_ATTEMPTS = "", 3
    gone = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    real = socket.getaddrinfo

    def resolved(host, *rest, **more):
        if host == "bark.example.com":
            raise gone
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    broadcast("barks://bark.example.com/AbCdEf123456XyZ")
    for _ in range(4):
        Delivery.objects.update(due_at=F("due_at") - timedelta(hours=1))
        send_due(ROBOT)
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.attempts) == ("failed", "unreachable", 3)
    assert Address.objects.get().suppressed_at is None
    assert not Alarm.objects.exists()


def test_staff_are_told_of_alarms_by_any_robot(provider: Simulator, settings, caplog) -> None:
    dingtalk, telegram = GROUPS["dingtalk"], GROUPS["tgram"]
    settings.ALARM_WECOM_KEY, settings.ALARM_EMAILS = WECOM, []
    settings.ALARM_ROBOTS = [dingtalk.pasted, "https://10.0.0.1/hook", telegram.kept]
    alarm_raise(Alarm.Kind.PROVIDER_DOWN, "sms")
    assert alarms_tell() == 1
    told = {one["to"] for one in provider.messages()}
    assert told == {WECOM, dingtalk.sink, telegram.sink}
    for one in provider.messages():
        assert "演示支付" in one["body"]
    assert "ALARM_ROBOTS: address 2" in caplog.text
    assert "10.0.0.1" not in caplog.text


def test_the_robot_of_wecom_may_be_given_as_it_is_pasted(provider: Simulator, settings) -> None:
    settings.ALARM_ROBOTS, settings.ALARM_EMAILS = [], []
    settings.ALARM_WECOM_KEY = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM}"
    alarm_raise(Alarm.Kind.PROVIDER_DOWN, "sms")
    assert alarms_tell() == 1
    assert [one["to"] for one in provider.messages()] == [WECOM]


def test_a_robot_of_staff_that_is_none_is_pointed_out_before_the_first_alarm(settings) -> None:
    settings.ALARM_WECOM_KEY, settings.ALARM_ROBOTS = "?", [GROUPS["feishu"].pasted, "https://x/y"]
    found = [str(one.msg) for one in run_checks() if one.id == "delivery.W003"]
    assert [one.partition(" is ")[0] for one in found] == [
        *("ALARM_WECOM_KEY", "ALARM_ROBOTS: address 2"),
    ]
    settings.ALARM_WECOM_KEY, settings.ALARM_ROBOTS = "", []
    assert not [one for one in run_checks() if one.id == "delivery.W003"]
