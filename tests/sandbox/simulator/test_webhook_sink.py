"""The simulated web server of a subscriber, and its check of Standard Webhooks signatures."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from sandbox.simulator.webhook_sink import check_secret, verify
from tests.sandbox.simulator.pages import get
from tests.sandbox.simulator.wire import raw
from tests.simulator import Simulator

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


def test_what_only_looks_like_a_signature_is_none(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for signature in [
        "v1",
        "v1,",
        ",",
        "v2,{good}",
        "{good}",
        "v1,{good}x",
        "v1,{good}\u00e9",
        "v1;{good}",
        "V1,{good}",
    ]:
        with subtests.test(signature=signature):
            simulator.control("PUT", "webhooks/shop", {"secret": OLD})
            headers = headers_of(OLD)
            good = headers["webhook-signature"].removeprefix("v1,")
            headers["webhook-signature"] = signature.replace("{good}", good)
            assert verdict(simulator, headers) is False


def test_a_time_that_is_none_is_wrong(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for timestamp in ["9" * 5000, "-1", "1.5", "\u0661", "0", "1e9"]:
        with subtests.test(timestamp=timestamp):
            simulator.control("PUT", "webhooks/shop", {"secret": OLD})
            assert verdict(simulator, {**headers_of(OLD), "webhook-timestamp": timestamp}) is False


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=64), st.text(st.characters(codec="utf-8"), max_size=80))
def test_whatever_the_reference_library_signs_is_right(key: bytes, body: str) -> None:
    secret = secret_of(key)
    assert check_secret(secret) == secret
    headers = headers_of(secret, body=body)
    assert verify(secret, headers, body.encode())
    assert not verify(secret, headers, body.encode() + b" ")
    assert not verify(secret_of(key + b"x"), headers, body.encode())


def test_an_old_signature_is_not_taken_any_more() -> None:
    now = datetime.now(UTC)
    for minutes, fresh in ((6, False), (4, True)):
        headers = headers_of(OLD, at=now - timedelta(minutes=minutes))
        assert verify(OLD, headers, BODY.encode()) is fresh


def test_a_post_is_kept_with_body_and_headers(simulator: Simulator) -> None:
    headers = {"webhook-id": "msg_9", "X-Custom": "是".encode()}
    assert raw(simulator, "POST", "/webhook-sink/shop", BODY.encode(), headers)[0] == 204
    (row,) = simulator.messages(provider="webhook")
    assert json.loads(row["body"]) == json.loads(BODY)
    assert row["client_msg_id"] == "msg_9"
    assert "X-Custom" in row["details"]["headers"]


def test_a_malformed_secret_is_refused(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for secret in [None, 7, "", "plain", "whsec_%%%"]:
        with subtests.test(secret=secret):
            assert simulator.request("PUT", "/control/webhooks/shop", {"secret": secret})[0] == 400


def test_the_page_shows_body_and_verdict(simulator: Simulator) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": OLD})
    assert verdict(simulator, headers_of(OLD)) is True
    page = get(simulator, "/webhooks/shop")
    assert "签名正确" in page
    assert "监控中" in page
    assert verdict(simulator, {}) is False
    assert "签名错误" in get(simulator, "/webhooks/shop/fragment")
