"""Whatever a stranger sends is refused with a reason: never an error of the simulator's own."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.simulator.parsing import parse_json
from sandbox.simulator.switches import READERS
from tests.sandbox.simulator.conftest import PHONE, QUICK
from tests.sandbox.simulator.wire import FORM, JSON, credentials, messages_path, raw
from tests.simulator import Simulator

GOOD_FORM = b"To=%2B8613800001234&From=%2B15005550006&Body=x"
HALF_PAIR = b'"\\ud800"'
DEEP = b"[" * 100_000
# Read by Python's json module, and by no other.
NO_JSON = (b"", b"{", b"\xff\xfe", b"NaN", b"1e999", b'{"a":Infinity}', HALF_PAIR, DEEP)
NUMBER_TOO_LONG = b"9" * 5000

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["delay", "refuse", "twilio", "wechat", PHONE, "http://127.0.0.1:9/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
switches = st.fixed_dictionaries({}, optional=dict.fromkeys([*READERS, "struck"], values))
# Not the credentials: the next test, with a simulator emptied and set again, must find its own.
changes = st.fixed_dictionaries({}, optional=dict.fromkeys([*QUICK, "unheard_of"], values))
people = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["openid", "name", "phone", "event", "followers"], values)
)
written = st.fixed_dictionaries({}, optional={"from": values, "text": values})
secrets = st.fixed_dictionaries({}, optional={"secret": values})
CONTROLS = {
    ("PUT", "/control/switches"): switches,
    ("PUT", "/control/config"): changes,
    ("POST", "/control/wechat/followers"): people,
    ("POST", "/control/inbound"): written,
    ("PUT", "/control/webhooks/shop"): secrets,
}
quickly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(("method", "path"), CONTROLS)
@quickly
@given(data=st.data())
def test_no_body_breaks_the_control_api(
    running: Simulator, method: str, path: str, data: st.DataObject
) -> None:
    body = json.dumps(data.draw(CONTROLS[method, path] | values)).encode()
    status, answer = raw(running, method, path, body, {"Content-Type": JSON})
    assert status in {200, 201, 400}
    if status == 400:
        assert json.loads(answer)["error"]


def test_what_no_other_program_reads_is_not_json(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for method, path in CONTROLS:
        for body in NO_JSON:
            with subtests.test(method=method, path=path, body=body):
                status, answer = raw(simulator, method, path, body, {"Content-Type": JSON})
                assert status == 400
                assert "not" in json.loads(answer)["error"] or "deep" in json.loads(answer)["error"]


def test_a_list_that_cannot_be_is_refused_as_twilio_does(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for query in [
        "DateSent=9999-12-31",
        "DateSent%3C=9999-12-31T23:59:59Z",
        "DateSent=2025-02-30",
        "DateSent%3E=noon",
        f"PageSize={NUMBER_TOO_LONG.decode()}",
        f"Page={'9' * 30}",
        "PageSize=-1",
        "Page=%C2%B2",
        "PageToken=%FF",
        "PageToken=PASM0",
    ]:
        with subtests.test(query=query):
            path = f"{messages_path(simulator)}?{query}"
            status, answer = raw(simulator, "GET", path, headers=credentials(simulator))
            assert (status, json.loads(answer)["code"]) == (400, 20001)


def test_a_message_that_cannot_be_read_is_refused_as_twilio_does(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for kind, body in [
        (FORM, GOOD_FORM + b"\xff"),
        (f"{FORM}; charset=unheard-of", GOOD_FORM),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        (FORM, GOOD_FORM + b"&ValidityPeriod=" + NUMBER_TOO_LONG),
        (FORM, GOOD_FORM + b"&ValidityPeriod=1.5"),
    ]:
        with subtests.test(kind=kind, body=body):
            headers = {**credentials(simulator), "Content-Type": kind}
            status, answer = raw(simulator, "POST", messages_path(simulator), body, headers)
            assert (status, json.loads(answer)["code"]) == (400, 20001)
            assert simulator.messages() == []


@given(values)
def test_what_is_read_can_be_written_again(given: Any) -> None:
    try:
        read = parse_json(json.dumps(given).encode())
    except ValueError:
        return
    assert json.loads(json.dumps(read, ensure_ascii=False, allow_nan=False).encode()) == read
