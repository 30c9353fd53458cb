"""The pages: the front page, the phone, and what a person can do there without JavaScript."""

import http.client
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator import markup
from notifications.simulator.labels import FAULTS, status_label
from notifications.simulator.store import Message, Provider
from notifications.simulator.switches import Fault
from notifications.simulator.testing import Simulator
from notifications.simulator.timeline import timeline
from tests.notifications.simulator.conftest import PHONE

Send = Callable[..., MessageInstance]
PHONE_PATH = f"/phones/{quote(PHONE, safe='')}"
OPENID = "oFollower0000000000000000001"


def get(simulator: Simulator, path: str) -> str:
    status, body = simulator.request("GET", path)
    assert status == 200
    return body.decode()


def submit(simulator: Simulator, path: str, **form: str) -> tuple[int, str]:
    """Post a form; the status, and where it leads or what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, response.headers.get("Location") or body


class Bubbles(HTMLParser):
    """The texts of the SMS bubbles, as a browser test finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self._inside = "sms-text" in classes
        if self._inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def bubbles(page: str) -> list[str]:
    parser = Bubbles()
    parser.feed(page)
    return parser.texts


def test_it_is_well(simulator: Simulator) -> None:
    assert get(simulator, "/healthz") == "ok"


def test_the_front_page_of_nothing_says_so(simulator: Simulator) -> None:
    page = get(simulator, "/")
    assert page.count("暂无") == 4
    assert "没有打开的开关" in page
    assert '<html lang="zh-CN">' in page


def test_the_front_page_lists_phones_with_unread_messages(simulator: Simulator, send: Send) -> None:
    send()
    send()
    page = get(simulator, "/")
    assert PHONE in page
    assert "2 未读" in page
    get(simulator, PHONE_PATH)
    assert "未读" not in get(simulator, "/fragment")
    send()
    assert "1 未读" in get(simulator, "/fragment")


def test_the_front_page_shows_the_latest_phones_first_and_not_thousands(
    simulator: Simulator,
) -> None:
    for number in range(101):
        simulator.control("POST", "inbound", {"from": f"+86138{number:08}", "text": "x"})
    page = get(simulator, "/fragment")
    assert page.index("+8613800000100") < page.index("+8613800000099")
    assert page.count("+86138") == 100
    assert "+8613800000000" not in page


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


def test_no_page_may_run_what_is_not_its_own(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("GET", "/")
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", page)


def test_the_fragment_is_the_screen_alone(simulator: Simulator, send: Send) -> None:
    send(body="新消息")
    fragment = get(simulator, f"{PHONE_PATH}/fragment")
    assert bubbles(fragment) == ["新消息"]
    assert "<html" not in fragment
    assert fragment in get(simulator, PHONE_PATH)


def test_a_page_without_javascript_refreshes_itself(simulator: Simulator) -> None:
    assert '<noscript><meta http-equiv="refresh"' in get(simulator, PHONE_PATH)


@pytest.mark.parametrize("name", ["simulator.css", "simulator.js", "icon.svg"])
def test_what_the_pages_need_is_there(simulator: Simulator, name: str) -> None:
    assert f"/static/{name}" in get(simulator, "/")
    assert len(get(simulator, f"/static/{name}")) > 100


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


def test_a_robots_page_shows_its_messages(simulator: Simulator) -> None:
    body = {"msgtype": "text", "text": {"content": "扫码支付 <故障>"}}
    simulator.request("POST", "/cgi-bin/webhook/send?key=a-group-robot", body)
    assert "a-group-robot" in get(simulator, "/")
    assert "扫码支付 &lt;故障&gt;" in get(simulator, "/robots/a-group-robot")


@pytest.mark.parametrize("path", ["/mailboxes/x@example.com", "/robots/x", "/webhooks/x"])
def test_an_empty_sink_says_so(simulator: Simulator, path: str) -> None:
    assert "还没有消息" in get(simulator, path)
    assert "还没有消息" in get(simulator, f"{path}/fragment")


def test_a_switch_is_set_by_the_form(simulator: Simulator, send: Send) -> None:
    form = {"fault": "refuse", "provider": "twilio", "to": PHONE, "count": "1", "code": "21614"}
    status, there = submit(simulator, "/switches", **form, fraction="", ms="", status="", seed="")
    assert (status, there) == (303, "/#switches")
    assert "还剩 1 次" in get(simulator, "/")
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert caught.value.code == 21614


def test_a_bad_form_says_what_is_wrong(simulator: Simulator) -> None:
    status, page = submit(simulator, "/switches", fault="delay", ms="soon")
    assert status == 400
    assert "开关没有打开" in page
    assert simulator.control("GET", "switches")["switches"] == []


def test_all_switches_are_reset_by_the_form(simulator: Simulator) -> None:
    simulator.switch("rate_limited")
    assert "直到重置" in get(simulator, "/")
    submit(simulator, "/switches/reset")
    assert simulator.control("GET", "switches")["switches"] == []


def test_every_fault_has_a_name_in_chinese() -> None:
    assert set(FAULTS) == set(Fault)


def test_an_unknown_status_is_shown_as_the_provider_writes_it() -> None:
    assert status_label("failed:user block") == "failed:user block"
    assert status_label("delivered") == "已送达"


def test_a_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        markup.fill("row.html", url="/")
