"""Each fault at each provider: what is answered, and what was accepted all the same."""

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.simulator.store import Provider
from sandbox.simulator.switches import Fault, Switch, Switches
from tests.sandbox.simulator.aliyun_client import SMS, encoded, signed_headers
from tests.sandbox.simulator.conftest import PHONE
from tests.sandbox.simulator.wechat_client import DATA, OPENID, token_of
from tests.sandbox.simulator.wire import FORM, JSON, credentials, messages_path, raw
from tests.simulator import Simulator

ROBOT = "a-group-robot"
GROUP = "0123456789abcdef"
TWILIO_FORM = b"To=%2B8613800001234&From=%2B15005550006&Body=x"
ROBOT_TEXT = b'{"msgtype": "text", "text": {"content": "x"}}'


@dataclass(frozen=True)
class Door:
    """How to send one message to a provider, and how it refuses: by HTTP status, or by errcode."""

    to: str
    post: Callable[[Simulator], tuple[int, bytes]]
    taken: int
    limited: tuple[int, bytes]
    code: int | str
    refused: tuple[int, bytes]


def post_sms(simulator: Simulator) -> tuple[int, bytes]:
    headers = {**credentials(simulator), "Content-Type": FORM}
    return raw(simulator, "POST", messages_path(simulator), TWILIO_FORM, headers)


def post_template(simulator: Simulator) -> tuple[int, bytes]:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    path = f"/cgi-bin/message/template/send?access_token={token_of(simulator)}"
    try:
        return simulator.request(
            "POST", path, {"touser": OPENID, "template_id": "demo-template", "data": DATA}
        )
    except (http.client.HTTPException, OSError):
        return 0, b""


def post_robot(simulator: Simulator) -> tuple[int, bytes]:
    path = f"/cgi-bin/webhook/send?key={ROBOT}"
    return raw(simulator, "POST", path, ROBOT_TEXT, {"Content-Type": JSON})


def post_group(simulator: Simulator) -> tuple[int, bytes]:
    path = f"/relay/oapi.dingtalk.com/robot/send?access_token={GROUP}"
    return raw(simulator, "POST", path, ROBOT_TEXT, {"Content-Type": JSON})


def post_hook(simulator: Simulator) -> tuple[int, bytes]:
    return raw(simulator, "POST", "/webhook-sink/shop", b"{}")


def post_aliyun(simulator: Simulator) -> tuple[int, bytes]:
    query = encoded(SMS)
    return raw(simulator, "POST", f"/?{query}", headers=signed_headers(simulator, query))


DOORS = {
    Provider.TWILIO: Door(PHONE, post_sms, 201, (429, b"20429"), 21614, (400, b"21614")),
    Provider.ALIYUN: Door(
        f"+86{SMS['PhoneNumbers']}",
        post_aliyun,
        200,
        (400, b"Throttling.User"),
        "isv.BUSINESS_LIMIT_CONTROL",
        (200, b"isv.BUSINESS_LIMIT_CONTROL"),
    ),
    Provider.WECHAT: Door(OPENID, post_template, 200, (200, b"45011"), 43004, (200, b"43004")),
    Provider.WECOM: Door(ROBOT, post_robot, 200, (200, b"45009"), 93000, (200, b"93000")),
    Provider.GROUP: Door(
        f"dingtalk:{GROUP}", post_group, 200, (200, b"130101"), 300001, (200, b"300001")
    ),
    Provider.WEBHOOK: Door("shop", post_hook, 204, (429, b""), 410, (410, b"")),
}
every_provider = pytest.mark.parametrize("provider", DOORS)


def accepted(simulator: Simulator, provider: Provider) -> int:
    return len(simulator.messages(provider=provider, to=DOORS[provider].to))


@every_provider
def test_a_limit_is_told_in_the_providers_words(simulator: Simulator, provider: Provider) -> None:
    simulator.switch("rate_limited", provider=provider, count=1)
    status, answer = DOORS[provider].post(simulator)
    assert status == DOORS[provider].limited[0]
    assert DOORS[provider].limited[1] in answer
    assert accepted(simulator, provider) == 0
    DOORS[provider].post(simulator)
    assert accepted(simulator, provider) == 1


@every_provider
def test_a_refusal_is_told_by_its_code(simulator: Simulator, provider: Provider) -> None:
    simulator.switch("refuse", provider=provider, code=DOORS[provider].code)
    status, answer = DOORS[provider].post(simulator)
    assert status == DOORS[provider].refused[0]
    assert DOORS[provider].refused[1] in answer
    assert accepted(simulator, provider) == 0


@every_provider
@pytest.mark.parametrize(
    ("fault", "status", "taken"),
    [
        ("error_before", 500, 0),
        ("error_after", 500, 1),
        ("drop_before", 0, 0),
        ("drop_after", 0, 1),
        ("timeout_before", 0, 0),
        ("timeout_after", 0, 1),
    ],
)
def test_an_answer_that_is_lost_says_nothing_of_the_message(
    simulator: Simulator, provider: Provider, fault: str, status: int, taken: int
) -> None:
    simulator.switch(fault, provider=provider, count=1, ms=20)
    assert DOORS[provider].post(simulator)[0] == status
    assert accepted(simulator, provider) == taken
    (switch,) = simulator.control("GET", "switches")["switches"]
    assert (switch["struck"], switch["count"]) == (1, 0)
    assert DOORS[provider].post(simulator)[0] == DOORS[provider].taken


@every_provider
def test_a_fault_of_one_provider_leaves_the_others_alone(
    simulator: Simulator, provider: Provider
) -> None:
    simulator.switch("error_before", provider=provider)
    for other, door in DOORS.items():
        assert door.post(simulator)[0] == (500 if other == provider else door.taken)


@every_provider
def test_a_fault_strikes_whom_it_names(simulator: Simulator, provider: Provider) -> None:
    door = DOORS[provider]
    simulator.switch("error_before", provider=provider, to="somebody-else")
    assert door.post(simulator)[0] == door.taken
    simulator.switch("error_before", provider=provider, to=f"{door.to[:3]}*")
    assert door.post(simulator)[0] == 500


@given(st.integers(0, 50), st.integers(0, 60))
def test_a_count_is_never_exceeded(count: int, tries: int) -> None:
    switch = Switch(Fault.DELAY, count=count)
    struck = sum(switch.strikes(Provider.TWILIO, PHONE) for _ in range(tries))
    assert struck == switch.struck == min(count, tries)
    assert switch.count == count - struck


@given(st.integers(), st.floats(0, 1), st.integers(1, 60))
def test_a_seed_repeats_whatever_the_fraction(seed: int, fraction: float, tries: int) -> None:
    def run() -> list[bool]:
        switch = Switch.parse({"fault": "delay", "seed": seed, "fraction": fraction})
        return [switch.strikes(Provider.TWILIO, PHONE) for _ in range(tries)]

    assert run() == run()


@given(st.text("+0123456789", max_size=8), st.text("+0123456789", max_size=8))
def test_a_prefix_strikes_what_begins_with_it(prefix: str, to: str) -> None:
    def strikes(named: str) -> bool:
        return Switch(Fault.DELAY, to=named).strikes(Provider.TWILIO, to)

    assert strikes(f"{prefix}*") is to.startswith(prefix)
    assert strikes(prefix) is (prefix in ("", to))


def test_the_first_switch_that_matches_strikes() -> None:
    switches = Switches()
    switches.set(Switch(Fault.REFUSE, to=PHONE, code=1, count=1))
    switches.set(Switch(Fault.REFUSE, code=2))
    codes: list[Any] = [switches.strike(Fault.REFUSE, Provider.TWILIO, PHONE) for _ in range(2)]
    assert [switch.code for switch in codes] == [1, 2]
    assert switches.strike(Fault.DELAY, Provider.TWILIO, PHONE) is None


def test_a_delay_holds_the_answer_back(simulator: Simulator) -> None:
    simulator.switch("delay", ms=300, count=1)
    before = time.monotonic()
    assert post_sms(simulator)[0] == 201
    assert time.monotonic() - before >= 0.3


def test_a_switch_that_makes_no_sense_is_refused(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for switch in [
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
    ]:
        with subtests.test(switch=switch):
            assert simulator.request("PUT", "/control/switches", switch)[0] == 400
            assert simulator.control("GET", "switches")["switches"] == []


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


def test_a_fraction_does_not_use_up_the_count_where_it_spares() -> None:
    switch = Switch(Fault.RATE_LIMITED, fraction=0.3, seed=1, count=5)
    assert sum(switch.strikes(Provider.TWILIO, PHONE) for _ in range(200)) == 5
