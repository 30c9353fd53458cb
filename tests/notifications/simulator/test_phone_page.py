"""A phone's page: its bubbles and cards, and what its owner can do there."""

import http.client
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator import markup
from notifications.simulator.store import Message, Provider
from notifications.simulator.testing import Simulator
from notifications.simulator.timeline import timeline
from tests.notifications.simulator.conftest import PHONE
from tests.notifications.simulator.pages import PHONE_PATH, bubbles, get, submit

Send = Callable[..., MessageInstance]
OPENID = "oFollower0000000000000000001"


def test_a_phone_shows_its_sms_in_bubbles(simulator: Simulator, send: Send) -> None:
    send(body="第一条\n第二行")
    send(body="第二条")
    page = get(simulator, PHONE_PATH)
    assert bubbles(page) == ["第一条\n第二行", "第二条"]
    assert page.count('data-testid="sms"') == 2


def test_a_phone_does_not_show_another_phones_sms(simulator: Simulator, send: Send) -> None:
    send(to="+8613900005678", body="不是你的")
    assert bubbles(get(simulator, PHONE_PATH)) == []
    assert "还没有消息" in get(simulator, PHONE_PATH)


def test_markup_in_a_message_is_only_text(simulator: Simulator, send: Send) -> None:
    nasty = "<script>alert(1)</script> & \"'$text"
    send(body=nasty)
    page = get(simulator, PHONE_PATH)
    assert "<script>alert" not in page
    assert bubbles(page) == [nasty]


def test_markup_in_an_address_is_only_text(simulator: Simulator) -> None:
    page = get(simulator, "/phones/" + quote('"><img src=x>', safe=""))
    assert "<img" not in page


def test_the_fragment_is_the_screen_alone(simulator: Simulator, send: Send) -> None:
    send(body="新消息")
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
    fragment = get(simulator, f"{PHONE_PATH}/fragment")
    assert bubbles(fragment) == ["新消息"]
    assert "<html" not in fragment
    assert fragment in get(simulator, PHONE_PATH)


def test_a_bubble_says_how_many_parts_and_how_far(simulator: Simulator, send: Send) -> None:
    send(body="中" * 71)
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
    page = get(simulator, PHONE_PATH)
    assert re.search(r"Twilio SMS · 2 段 · 已送达 · \d\d:\d\d:\d\d", page)


def test_a_bubble_says_why_it_did_not_arrive(simulator: Simulator, send: Send) -> None:
    simulator.switch("outcome", code=30005)
    send()
    simulator.wait_for(lambda rows: rows[0]["status"] == "undelivered")
    page = get(simulator, PHONE_PATH)
    assert "未送达 30005" in page
    assert "pending" in page


def test_bubbles_stand_under_their_day_in_shanghai() -> None:
    # 15:59:59 and 16:00:00 UTC on 22 November 2026: midnight lies between them in Shanghai.
    rows = [
        Message("1", Provider.TWILIO, PHONE, "", "晚", "delivered", accepted_at=1795363199),
        Message("2", Provider.TWILIO, PHONE, "", "早", "delivered", accepted_at=1795363200),
    ]
    page = timeline(rows)
    assert page.index("2026年11月22日 星期日") < page.index("晚") < page.index("23:59:59")
    assert page.index("2026年11月23日 星期一") < page.index("早") < page.index("00:00:00")


def test_the_owner_sends_a_text(simulator: Simulator, send: Send) -> None:
    assert submit(simulator, f"{PHONE_PATH}/send", text=" STOP ") == (303, PHONE_PATH)
    page = get(simulator, PHONE_PATH)
    assert bubbles(page) == ["STOP"]
    assert "已退订" in page
    with pytest.raises(TwilioRestException, match="unsubscribed"):
        send()


def test_an_empty_text_is_not_sent(simulator: Simulator) -> None:
    assert submit(simulator, f"{PHONE_PATH}/send", text="  ")[0] == 303
    assert simulator.messages() == []


def test_the_owner_follows_the_account_and_leaves_it(simulator: Simulator) -> None:
    assert "取消关注公众号" not in get(simulator, PHONE_PATH)
    submit(simulator, f"{PHONE_PATH}/follow")
    assert "取消关注公众号" in get(simulator, PHONE_PATH)
    (openid,) = simulator.control("GET", "wechat/followers")
    submit(simulator, f"{PHONE_PATH}/follow")
    submit(simulator, f"{PHONE_PATH}/follow")
    followers = simulator.control("GET", "wechat/followers")
    assert followers == {openid: {"name": "", "phone": PHONE, "following": True}}


def test_the_owner_writes_to_the_account(simulator: Simulator) -> None:
    submit(simulator, f"{PHONE_PATH}/follow")
    submit(simulator, f"{PHONE_PATH}/send", text="绑定", channel="wechat")
    row = simulator.messages(provider="wechat")[-1]
    assert (row["inbound"], row["body"]) == (True, "绑定")
    assert "微信 WeChat" in get(simulator, PHONE_PATH)


def test_a_template_message_is_a_card_on_the_linked_phone(simulator: Simulator) -> None:
    data = {"thing1": {"value": "扫码支付 <b>"}}
    card = Message(
        "1",
        Provider.WECHAT,
        OPENID,
        "gh",
        "",
        "delivered",
        details={"template_id": "demo-template", "data": data, "url": "http://127.0.0.1:8000/x"},
    )
    page = timeline([card])
    assert "<dt>thing1</dt><dd>扫码支付 &lt;b&gt;</dd>" in page
    assert 'href="http://127.0.0.1:8000/x"' in page
    assert 'data-testid="wechat-card"' in page


def test_a_card_links_only_to_the_web() -> None:
    assert markup.web_link("javascript:alert(1)") == "#"
    assert markup.web_link("http://127.0.0.1/") == "http://127.0.0.1/"


def test_a_follower_without_a_phone_has_a_page_by_openid(simulator: Simulator) -> None:
    simulator.control("POST", "wechat/followers", {"openid": OPENID})
    assert OPENID in get(simulator, "/")
    assert "关注公众号" in get(simulator, f"/phones/{OPENID}")


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("%2B8613800001234", PHONE_PATH),
        ("+8613800001234", PHONE_PATH),
        (OPENID, f"/phones/{OPENID}"),
        ("", "/"),
    ],
)
def test_any_phone_can_be_opened(simulator: Simulator, typed: str, there: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("GET", f"/phones?number={typed}")
    response = connection.getresponse()
    assert (response.status, response.headers["Location"]) == (303, there)
    connection.close()
