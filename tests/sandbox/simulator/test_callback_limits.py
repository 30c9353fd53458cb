"""How long a callback is tried, and where it is never posted to."""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE
from tests.sandbox.simulator.receiver import Receiver
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]
ELSEWHERE = (
    "https://example.com/",
    "http://192.168.1.5/",
    "http://169.254.169.254/latest/",
    "http://127.0.0.1@example.com/",
    "http://0.0.0.0:8000/",
    "http://[2606:4700::1111]/",
    "http://127.0.0.1.example.com/",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "/hooks/",
    "127.0.0.1:8000/hooks/",
    "http://",
)


def test_a_callback_elsewhere_is_refused_and_noted(
    simulator: Simulator, send: Send, subtests: pytest.Subtests
) -> None:
    for url in ELSEWHERE:
        with subtests.test(url=url):
            simulator.control("POST", "reset")
            with pytest.raises(TwilioRestException) as caught:
                send(status_callback=url)
            assert (caught.value.status, caught.value.code) == (400, 21609)
            assert url in caught.value.msg
            assert simulator.messages() == []
            (note,) = simulator.control("GET", "ledger")["notes"]
            assert url in note["text"]


def test_no_setting_leads_elsewhere(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for url in ELSEWHERE:
        for name in ["twilio_inbound_url", "wechat_callback_url"]:
            with (
                subtests.test(url=url, name=name),
                pytest.raises(ValueError, match="must be a URL of this machine"),
            ):
                simulator.control("PUT", "config", {name: url})


def test_every_try_is_the_same_callback(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 60_000})
    receiver.failures = [500, 500]
    send(status_callback=receiver.url)
    first, second, third = receiver.wait_for(3)
    assert first.body == second.body == third.body
    signatures = {one.headers["X-Twilio-Signature"] for one in (first, second, third)}
    assert len(signatures) == 1


def test_every_2xx_takes_a_callback(
    simulator: Simulator, send: Send, receiver: Receiver, subtests: pytest.Subtests
) -> None:
    for status in [200, 204, 299]:
        with subtests.test(status=status):
            simulator.control("POST", "reset")
            receiver.failures = [status] * 2
            send(status_callback=receiver.url)
            rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
            assert [attempt["http"] for attempt in rows[0]["attempts"]] == [status] * 2
            assert {attempt["answer"] for attempt in rows[0]["attempts"]} == {""}


def test_any_other_answer_is_tried_again(
    simulator: Simulator, send: Send, receiver: Receiver, subtests: pytest.Subtests
) -> None:
    for status in [301, 400, 403, 404, 429, 500, 503]:
        with subtests.test(status=status):
            simulator.control("POST", "reset")
            simulator.control("PUT", "config", {"delivered_ms": 60_000, "callback_retry_ms": 5})
            receiver.failures = [status]
            send(status_callback=receiver.url)
            rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
            assert [attempt["http"] for attempt in rows[0]["attempts"]] == [status, 200]


def test_a_reply_comes_once_though_its_callback_was_tried_twice(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"twilio_inbound_url": receiver.url})
    receiver.failures = [500]
    receiver.answer = "<Response><Message>已退订</Message></Response>"
    simulator.control("POST", "inbound", {"from": PHONE, "text": "TD"})
    rows = simulator.wait_for(lambda rows: len(rows) == 2)
    assert [row["body"] for row in rows] == ["TD", "已退订"]
    assert len(rows[0]["attempts"]) == 2
