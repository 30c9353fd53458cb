"""What the fragment of a callback address asks of Twilio: done, and neither posted nor signed."""

import pytest
from twilio.request_validator import RequestValidator

from sandbox.simulator.overrides import Overrides, overrides_of
from tests.sandbox.simulator.conftest import PHONE
from tests.sandbox.simulator.receiver import Receiver
from tests.simulator import Simulator

URL = "http://127.0.0.1:8000/hooks/?delivery=7"


def test_an_address_without_a_fragment_asks_for_nothing() -> None:
    assert overrides_of(URL) == (URL, None)


@pytest.mark.parametrize(
    ("fragment", "asked"),
    [
        ("rc=5&rp=all", Overrides(5, frozenset({"all"}))),
        ("rp=4xx,5xx&rc=2", Overrides(2, frozenset({"4xx", "5xx"}))),
        ("rc=0", Overrides(0)),
        ("rc=99&tt=99999", Overrides(5)),
        ("tt=300", Overrides(within_ms=300)),
        ("x", Overrides()),
        ("rc=many&rp=none&tt=-1", Overrides(0)),
    ],
)
def test_what_a_fragment_asks_for_is_kept_within_what_twilio_allows(
    fragment: str, asked: Overrides
) -> None:
    assert overrides_of(f"{URL}#{fragment}") == (URL, asked)


def test_five_tries_more_are_made_and_no_sixth(
    simulator: Simulator, send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 60_000, "callback_retry_ms": 5})
    receiver.failures = [500] * 9
    send(status_callback=f"{receiver.url}#rc=5&rp=all")
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 6)
    assert {one["http"] for one in rows[0]["attempts"]} == {500}
    assert len(receiver.posted) == 6


def test_only_what_the_policy_names_is_tried_again(
    simulator: Simulator, send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 60_000, "callback_retry_ms": 5})
    receiver.failures = [500, 404]
    send(status_callback=f"{receiver.url}#rc=5&rp=5xx")
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
    assert [one["http"] for one in rows[0]["attempts"]] == [500, 404]


def test_the_fragment_is_neither_posted_nor_signed(
    simulator: Simulator, send, receiver: Receiver
) -> None:
    send(status_callback=f"{receiver.url}/status/?delivery=7#rc=5&rp=all")
    simulator.control("PUT", "config", {"twilio_inbound_url": f"{receiver.url}/in/#rc=5&rp=all"})
    simulator.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
    validator = RequestValidator(simulator.auth_token)
    for posted in receiver.wait_for(3):
        assert "#" not in posted.path
        signature = posted.headers["X-Twilio-Signature"]
        assert validator.validate(f"{receiver.url}{posted.path}", posted.form, signature)
