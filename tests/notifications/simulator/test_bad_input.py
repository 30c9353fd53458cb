"""Whatever a stranger sends is refused with a reason: never an error of the simulator's own."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.simulator.reading import parse_json, readable
from notifications.simulator.settings import LARGEST
from notifications.simulator.switches import LONGEST_MS, READERS, Switch
from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE, QUICK
from tests.notifications.simulator.wire import FORM, JSON, credentials, messages_path, raw

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


@pytest.mark.parametrize(("method", "path"), CONTROLS)
@pytest.mark.parametrize("body", NO_JSON)
def test_what_no_other_program_reads_is_not_json(
    simulator: Simulator, method: str, path: str, body: bytes
) -> None:
    status, answer = raw(simulator, method, path, body, {"Content-Type": JSON})
    assert status == 400
    assert "not" in json.loads(answer)["error"] or "deep" in json.loads(answer)["error"]


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_not_json_is_refused_by_wechat_in_its_own_words(
    simulator: Simulator, body: bytes
) -> None:
    status, answer = raw(simulator, "POST", "/cgi-bin/stable_token", body)
    assert (status, json.loads(answer)["errcode"]) == (200, 47001)


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_not_json_is_refused_by_wecom_in_its_own_words(
    simulator: Simulator, body: bytes
) -> None:
    status, answer = raw(simulator, "POST", "/cgi-bin/webhook/send?key=a-group-robot", body)
    assert (status, json.loads(answer)["errcode"]) == (200, 40058)


def test_half_a_surrogate_pair_in_a_group_message_is_refused(simulator: Simulator) -> None:
    body = b'{"msgtype":"text","text":{"content":%s}}' % HALF_PAIR
    _, answer = raw(simulator, "POST", "/cgi-bin/webhook/send?key=a-group-robot", body)
    assert json.loads(answer)["errcode"] == 40058
    assert simulator.messages() == []


@pytest.mark.parametrize(
    ("name", "value"), [("ms", LONGEST_MS + 1), ("ms", 10**400), ("count", -1), ("fraction", 1.01)]
)
def test_a_switch_out_of_range_is_refused(simulator: Simulator, name: str, value: float) -> None:
    with pytest.raises(ValueError, match="is from 0 to"):
        simulator.switch("delay", **{name: value})


@pytest.mark.parametrize("value", [LARGEST + 1, 10**400, -1])
def test_a_setting_out_of_range_is_refused(simulator: Simulator, value: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to {LARGEST}"):
        simulator.control("PUT", "config", {"sent_ms": value})


def test_a_switch_lasts_at_most_a_day() -> None:
    assert Switch.parse({"fault": "delay", "ms": LONGEST_MS}).ms == 86_400_000


@pytest.mark.parametrize("given", [b"\xff\xfe", "é".encode(), "中文".encode()])
def test_credentials_beyond_ascii_are_not_let_in(simulator: Simulator, given: bytes) -> None:
    headers = {"Authorization": b"Basic " + given}
    status, answer = raw(simulator, "GET", messages_path(simulator), headers=headers)
    assert (status, json.loads(answer)["code"]) == (401, 20003)


@pytest.mark.parametrize(
    "query",
    [
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
    ],
)
def test_a_list_that_cannot_be_is_refused_as_twilio_does(simulator: Simulator, query: str) -> None:
    path = f"{messages_path(simulator)}?{query}"
    status, answer = raw(simulator, "GET", path, headers=credentials(simulator))
    assert (status, json.loads(answer)["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, GOOD_FORM + b"\xff"),
        (f"{FORM}; charset=unheard-of", GOOD_FORM),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        (FORM, GOOD_FORM + b"&ValidityPeriod=" + NUMBER_TOO_LONG),
        (FORM, GOOD_FORM + b"&ValidityPeriod=1.5"),
    ],
)
def test_a_message_that_cannot_be_read_is_refused_as_twilio_does(
    simulator: Simulator, kind: str, body: bytes
) -> None:
    headers = {**credentials(simulator), "Content-Type": kind}
    status, answer = raw(simulator, "POST", messages_path(simulator), body, headers)
    assert (status, json.loads(answer)["code"]) == (400, 20001)
    assert simulator.messages() == []


@pytest.mark.parametrize("path", ["/switches", "/phones/x/send"])
@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=unheard-of", "multipart/form-data"])
def test_a_form_of_a_page_that_cannot_be_read_is_refused(
    simulator: Simulator, path: str, kind: str
) -> None:
    status, answer = raw(simulator, "POST", path, b"text=\xff", {"Content-Type": kind})
    assert (status, answer) == (400, b"this is not a form")


def test_a_file_is_no_text_of_a_form(simulator: Simulator) -> None:
    part = (
        b'--b\r\nContent-Disposition: form-data; name="text"; filename="x"\r\n\r\nhi\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert raw(simulator, "POST", "/phones/x/send", part, headers)[0] == 303
    assert simulator.messages() == []


@given(values)
def test_what_is_read_can_be_written_again(given: Any) -> None:
    try:
        read = parse_json(json.dumps(given).encode())
    except ValueError:
        return
    assert json.loads(json.dumps(read, ensure_ascii=False, allow_nan=False).encode()) == read


@pytest.mark.parametrize("body", NO_JSON)
def test_only_json_is_read(body: bytes) -> None:
    with pytest.raises(ValueError, match="this is"):
        parse_json(body)


@given(st.binary(max_size=40))
def test_any_header_becomes_readable(header: bytes) -> None:
    text = readable(header.decode(errors="surrogateescape"))
    assert text == header.decode(errors="replace")
    assert not any("\ud800" <= letter <= "\udfff" for letter in text)
