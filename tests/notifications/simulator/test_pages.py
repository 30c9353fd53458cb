"""The front page and its switches, and what every page has in common."""

import http.client
import re
from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator import markup
from notifications.simulator.labels import FAULTS, status_label
from notifications.simulator.switches import Fault
from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE
from tests.notifications.simulator.pages import PHONE_PATH, get, submit

Send = Callable[..., MessageInstance]


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


def test_no_page_may_run_what_is_not_its_own(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("GET", "/")
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", page)


def test_a_page_without_javascript_refreshes_itself(simulator: Simulator) -> None:
    assert '<noscript><meta http-equiv="refresh"' in get(simulator, PHONE_PATH)


@pytest.mark.parametrize("name", ["simulator.css", "simulator.js", "icon.svg"])
def test_what_the_pages_need_is_there(simulator: Simulator, name: str) -> None:
    assert f"/static/{name}" in get(simulator, "/")
    assert len(get(simulator, f"/static/{name}")) > 100


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
