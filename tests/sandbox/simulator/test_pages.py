"""The front page and its switches, and what every page has in common."""

import http.client
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from sandbox.simulator.home_page import FAULTS
from sandbox.simulator.switches import Fault
from tests.sandbox.simulator.conftest import PHONE
from tests.sandbox.simulator.pages import PHONE_PATH, get, submit
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]


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


def test_no_page_may_run_what_is_not_its_own(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("GET", "/")
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", page)


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


@pytest.mark.parametrize("typed", ["138 0013 8009", "13800138009", "+86 138-0013-8009"])
def test_a_phone_opens_by_its_number_as_people_write_it(simulator: Simulator, typed: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("GET", f"/phones?{urlencode({'number': typed})}")
    response = connection.getresponse()
    connection.close()
    assert response.status == 303
    assert response.headers["Location"] == "/phones/%2B8613800138009"


@pytest.mark.parametrize("typed", ["", "abc", "123", "<b>"])
def test_what_is_no_number_opens_no_phone_and_says_why(simulator: Simulator, typed: str) -> None:
    status, page = simulator.request("GET", f"/phones?{urlencode({'number': typed})}")
    assert status == 400
    assert "这不是手机号" in page.decode()


def test_every_fault_has_a_name_in_chinese() -> None:
    assert set(FAULTS) == set(Fault)
