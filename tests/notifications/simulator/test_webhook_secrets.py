"""Standard Webhooks signatures at the simulated subscriber: several at once, secrets in turn."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from notifications.simulator.testing import Simulator
from notifications.simulator.webhook_sink import TOLERANCE_SECONDS, check_secret, verify
from tests.notifications.simulator.pages import get
from tests.notifications.simulator.wire import raw

BODY = '{"状态": "监控中"}'


def secret_of(key: bytes) -> str:
    return f"whsec_{base64.b64encode(key).decode()}"


OLD, NEW = secret_of(b"the old secret of the shop"), secret_of(b"the new secret of the shop")


def headers_of(*secrets: str, body: str = BODY, at: datetime | None = None) -> dict[str, str]:
    """Signed with every secret, as a sender does while a secret is being replaced."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign("msg_1", at, body) for secret in secrets
        ),
    }


def verdict(simulator: Simulator, headers: dict[str, str], name: str = "shop") -> bool | None:
    status, _ = raw(simulator, "POST", f"/webhook-sink/{name}", BODY.encode(), headers)
    assert status == 204
    value: bool | None = simulator.messages(to=name)[-1]["details"]["signature_valid"]
    return value


def test_while_a_secret_is_replaced_both_sides_may_be_first(simulator: Simulator) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    assert verdict(simulator, headers_of(OLD)) is True
    assert verdict(simulator, headers_of(OLD, NEW)) is True
    simulator.control("PUT", "webhooks/shop", {"secret": NEW})
    assert verdict(simulator, headers_of(OLD, NEW)) is True
    assert verdict(simulator, headers_of(NEW)) is True
    assert verdict(simulator, headers_of(OLD)) is False


def test_each_subscriber_has_a_secret_of_its_own(simulator: Simulator) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    simulator.control("PUT", "webhooks/cafe", {"secret": NEW})
    assert verdict(simulator, headers_of(NEW), "cafe") is True
    assert verdict(simulator, headers_of(NEW), "shop") is False
    assert verdict(simulator, headers_of(NEW), "bakery") is None


def test_the_order_of_signatures_does_not_matter(simulator: Simulator) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": NEW})
    for secrets in ((OLD, NEW), (NEW, OLD), (OLD, OLD, NEW)):
        assert verdict(simulator, headers_of(*secrets)) is True


@pytest.mark.parametrize(
    "signature",
    [
        "v1",
        "v1,",
        ",",
        "v2,{good}",
        "{good}",
        "v1,{good}x",
        "v1,{good}\u00e9",
        "v1;{good}",
        "V1,{good}",
    ],
)
def test_what_only_looks_like_a_signature_is_none(simulator: Simulator, signature: str) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    headers = headers_of(OLD)
    good = headers["webhook-signature"].removeprefix("v1,")
    headers["webhook-signature"] = signature.replace("{good}", good)
    assert verdict(simulator, headers) is False


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_without_one_of_its_headers_a_post_is_not_signed(simulator: Simulator, name: str) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    headers = headers_of(OLD)
    del headers[name]
    assert verdict(simulator, headers) is False


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_not_text_is_no_error(simulator: Simulator, name: str) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    headers: dict[str, str | bytes] = {**headers_of(OLD), name: b"v1,\xff\xfe"}
    assert raw(simulator, "POST", "/webhook-sink/shop", BODY.encode(), headers)[0] == 204
    assert simulator.messages()[0]["details"]["signature_valid"] is False
    assert "签名错误" in get(simulator, "/webhooks/shop")


@pytest.mark.parametrize("timestamp", ["9" * 5000, "-1", "1.5", "\u0661", "0", "1e9"])
def test_a_time_that_is_none_is_wrong(simulator: Simulator, timestamp: str) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    assert verdict(simulator, {**headers_of(OLD), "webhook-timestamp": timestamp}) is False


@pytest.mark.parametrize(
    ("seconds", "good"), [(-290, True), (290, True), (-310, False), (310, False)]
)
def test_a_clock_may_be_five_minutes_off_either_way(seconds: int, good: bool) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert verify(OLD, headers_of(OLD, at=at), BODY.encode()) is good
    assert TOLERANCE_SECONDS == 300


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=64), st.text(st.characters(codec="utf-8"), max_size=80))
def test_whatever_the_reference_library_signs_is_right(key: bytes, body: str) -> None:
    secret = secret_of(key)
    assert check_secret(secret) == secret
    headers = headers_of(secret, body=body)
    assert verify(secret, headers, body.encode())
    assert not verify(secret, headers, body.encode() + b" ")
    assert not verify(secret_of(key + b"x"), headers, body.encode())


@pytest.mark.parametrize("body", [b"\xff\xfe", b'"\\ud800"', b"[" * 100_000, b"NaN", b""])
def test_a_body_that_is_not_json_is_shown_as_it_came(simulator: Simulator, body: bytes) -> None:
    assert raw(simulator, "POST", "/webhook-sink/shop", body)[0] == 204
    assert simulator.messages()[0]["body"] == body.decode(errors="replace")
    assert 'data-testid="webhook"' in get(simulator, "/webhooks/shop")


def test_json_is_shown_in_lines(simulator: Simulator) -> None:
    raw(simulator, "POST", "/webhook-sink/shop", b'{"a":[1,"\xe4\xb8\xad"]}')
    shown = simulator.messages()[0]["body"]
    assert json.loads(shown) == {"a": [1, "中"]}
    assert len(shown.splitlines()) == 6
