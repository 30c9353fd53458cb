"""Faults switched on around Twilio's answer, and the control API that does it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.store import Provider
from notifications.simulator.switches import Fault, Switch, Switches
from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE

Send = Callable[..., MessageInstance]


def status_of(send: Send, **changes: Any) -> int:
    with pytest.raises(TwilioRestException) as caught:
        send(**changes)
    return caught.value.status


def test_rate_limited_answers_429_and_accepts_nothing(send: Send, simulator: Simulator) -> None:
    simulator.switch("rate_limited")
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert (caught.value.status, caught.value.code) == (429, 20429)
    assert simulator.messages() == []


def test_a_count_runs_out(send: Send, simulator: Simulator) -> None:
    simulator.switch("rate_limited", count=2)
    assert [status_of(send), status_of(send)] == [429, 429]
    assert send().status == "queued"
    assert simulator.control("GET", "switches")["switches"][0]["struck"] == 2


def test_without_a_count_it_lasts_until_reset(send: Send, simulator: Simulator) -> None:
    simulator.switch("rate_limited")
    assert [status_of(send) for _ in range(3)] == [429, 429, 429]
    assert simulator.control("DELETE", "switches")["switches"] == []
    assert send().status == "queued"


def test_one_fault_is_reset_alone(simulator: Simulator) -> None:
    simulator.switch("rate_limited")
    simulator.switch("delay", ms=1)
    left = simulator.control("DELETE", "switches?fault=rate_limited")["switches"]
    assert [switch["fault"] for switch in left] == ["delay"]


def test_error_before_accepts_nothing(send: Send, simulator: Simulator) -> None:
    simulator.switch("error_before", count=1)
    assert status_of(send) == 500
    assert simulator.messages() == []


def test_error_after_has_accepted_and_delivers(send: Send, simulator: Simulator) -> None:
    simulator.switch("error_after", count=1)
    assert status_of(send) == 500
    simulator.wait_for(lambda rows: rows and rows[0]["status"] == "delivered")


def test_drop_before_accepts_nothing(send: Send, simulator: Simulator) -> None:
    simulator.switch("drop_before", count=1)
    with pytest.raises(requests.ConnectionError):
        send()
    assert simulator.messages() == []
    assert send().status == "queued"


def test_drop_after_has_accepted_and_delivers(
    send: Send, simulator: Simulator, twilio: Client
) -> None:
    simulator.switch("drop_after", count=1)
    with pytest.raises(requests.ConnectionError):
        send(body="lost answer")
    simulator.wait_for(lambda rows: rows and rows[0]["status"] == "delivered")
    assert [message.body for message in twilio.messages.list(to=PHONE)] == ["lost answer"]


def test_timeouts_end_without_an_answer(send: Send, simulator: Simulator) -> None:
    simulator.switch("timeout_before", count=1, ms=50)
    with pytest.raises(requests.ConnectionError):
        send()
    assert simulator.messages() == []
    simulator.switch("timeout_after", count=1, ms=50)
    with pytest.raises(requests.ConnectionError):
        send()
    assert len(simulator.messages()) == 1


def test_a_delay_holds_the_answer_back(send: Send, simulator: Simulator) -> None:
    simulator.switch("delay", ms=300, count=1)
    before = time.monotonic()
    assert send().status == "queued"
    assert time.monotonic() - before >= 0.3


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21614])
def test_a_number_can_be_refused_with_any_code(send: Send, simulator: Simulator, code: int) -> None:
    simulator.switch("refuse", to=PHONE, code=code)
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert caught.value.code == code
    assert PHONE in caught.value.msg
    assert send(to="+8613900005678").status == "queued"


def test_a_region_can_be_blocked_by_its_prefix(send: Send, simulator: Simulator) -> None:
    simulator.switch("refuse", to="+1*", code=21408)
    assert status_of(send, to="+12025550123") == 400
    assert send().status == "queued"


def test_twilio_is_not_touched_by_a_switch_of_another_provider(
    send: Send, simulator: Simulator
) -> None:
    simulator.switch("rate_limited", provider="wechat")
    assert send().status == "queued"


@pytest.mark.parametrize(
    "switch",
    [
        {},
        {"fault": "unheard_of"},
        {"fault": "delay", "ms": "soon"},
        {"fault": "delay", "ms": -1},
        {"fault": "delay", "count": -1},
        {"fault": "delay", "fraction": 1.5},
        {"fault": "delay", "colour": "red"},
        {"fault": "delay", "ms": None},
        {"fault": "delay", "provider": "pigeon"},
        {"switches": ["delay"]},
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(
    simulator: Simulator, switch: dict[str, Any]
) -> None:
    assert simulator.request("PUT", "/control/switches", switch)[0] == 400
    assert simulator.control("GET", "switches")["switches"] == []


def test_several_switches_are_set_at_once(simulator: Simulator) -> None:
    given = [{"fault": "delay", "ms": 5}, {"fault": "refuse", "code": 21614, "to": PHONE}]
    shown = simulator.control("PUT", "switches", {"switches": given})["switches"]
    assert [(one["fault"], one["ms"], one["code"], one["to"]) for one in shown] == [
        ("delay", 5, 0, ""),
        ("refuse", 0, 21614, PHONE),
    ]


def test_what_is_shown_can_be_set_again(simulator: Simulator) -> None:
    simulator.switch("outcome", to=PHONE, code=30005, status="undelivered", fraction=0.5, seed=3)
    shown = simulator.control("GET", "switches")
    simulator.control("DELETE", "switches")
    assert simulator.control("PUT", "switches", shown) == shown


def test_a_second_switch_of_a_kind_replaces_the_first() -> None:
    switches = Switches()
    switches.set(Switch(Fault.DELAY, ms=1))
    switches.set(Switch(Fault.DELAY, ms=2))
    switches.set(Switch(Fault.DELAY, ms=3, to=PHONE))
    assert [switch.ms for switch in switches.on] == [2, 3]


def strikes(seed: int, fraction: float) -> list[bool]:
    switch = Switch(Fault.RATE_LIMITED, fraction=fraction, seed=seed)
    return [switch.strikes(Provider.TWILIO, PHONE) for _ in range(200)]


def test_a_seed_repeats_and_another_differs() -> None:
    assert strikes(1, 0.3) == strikes(1, 0.3)
    assert strikes(1, 0.3) != strikes(2, 0.3)


def test_a_fraction_strikes_about_that_often() -> None:
    assert 40 <= sum(strikes(1, 0.3)) <= 80
    assert sum(strikes(1, 1.0)) == 200
    assert sum(strikes(1, 0.0)) == 0


def test_a_fraction_does_not_use_up_the_count_where_it_spares() -> None:
    switch = Switch(Fault.RATE_LIMITED, fraction=0.3, seed=1, count=5)
    assert sum(switch.strikes(Provider.TWILIO, PHONE) for _ in range(200)) == 5
