"""The simulated web server of a subscriber, and its check of Standard Webhooks signatures."""

import base64
import http.client
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from notifications.simulator.testing import Simulator
from notifications.simulator.webhook_sink import verify

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
BODY = json.dumps({"type": "incident.update", "data": {"number": 12, "状态": "监控中"}})


def signed(
    secret: str = SECRET, body: str = BODY, at: datetime | None = None, msg_id: str = "msg_1"
) -> dict[str, str]:
    """The headers as the reference library makes them."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": msg_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(msg_id, at, body),
    }


def post(simulator: Simulator, headers: Mapping[str, str] = {}, body: str = BODY) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("POST", "/webhook-sink/shop", body.encode(), dict(headers))
    status = connection.getresponse().status
    connection.close()
    return status


def verdict(simulator: Simulator) -> bool | None:
    value: bool | None = simulator.messages(to="shop")[-1]["details"]["signature_valid"]
    return value


@pytest.fixture
def secret(simulator: Simulator) -> str:
    simulator.control("PUT", "webhooks/shop", {"secret": SECRET})
    return SECRET


def test_a_post_is_kept_with_body_and_headers(simulator: Simulator) -> None:
    assert (
        post(simulator, {"webhook-id": "msg_9", "X-Custom": "是".encode().decode("latin-1")}) == 204
    )
    (row,) = simulator.messages(provider="webhook")
    assert json.loads(row["body"]) == json.loads(BODY)
    assert row["client_msg_id"] == "msg_9"
    assert "X-Custom" in row["details"]["headers"]


def test_without_a_secret_nothing_is_said_of_the_signature(simulator: Simulator) -> None:
    post(simulator, signed())
    assert verdict(simulator) is None


def test_a_right_signature_is_recognised(simulator: Simulator, secret: str) -> None:
    post(simulator, signed())
    assert verdict(simulator) is True


def test_one_of_several_signatures_is_enough(simulator: Simulator, secret: str) -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,b2xk v1a,eA== {headers['webhook-signature']}"
    post(simulator, headers)
    assert verdict(simulator) is True


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_2"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": ""},
    ],
)
def test_a_wrong_signature_is_recognised(
    simulator: Simulator, secret: str, changes: dict[str, str]
) -> None:
    assert post(simulator, {**signed(), **changes}) == 204
    assert verdict(simulator) is False


def test_a_changed_body_is_recognised(simulator: Simulator, secret: str) -> None:
    post(simulator, signed(), body=BODY.replace("12", "13"))
    assert verdict(simulator) is False


def test_another_secret_is_recognised(simulator: Simulator, secret: str) -> None:
    other = "whsec_" + base64.b64encode(b"some other secret").decode()
    post(simulator, signed(secret=other))
    assert verdict(simulator) is False


def test_an_old_signature_is_not_taken_any_more() -> None:
    old = datetime.now(UTC) - timedelta(minutes=6)
    assert not verify(SECRET, signed(at=old), BODY.encode())
    recent = datetime.now(UTC) - timedelta(minutes=4)
    assert verify(SECRET, signed(at=recent), BODY.encode())


def test_a_signature_without_headers_is_wrong() -> None:
    assert not verify(SECRET, {"webhook-timestamp": str(int(time.time()))}, b"")


@pytest.mark.parametrize("given", [None, 7, "", "plain", "whsec_%%%"])
def test_a_malformed_secret_is_refused(simulator: Simulator, given: object) -> None:
    assert simulator.request("PUT", "/control/webhooks/shop", {"secret": given})[0] == 400


def test_a_sink_can_be_switched_to_fail(simulator: Simulator) -> None:
    simulator.switch("refuse", provider="webhook", to="shop", code=410, count=1)
    assert post(simulator) == 410
    simulator.switch("error_before", provider="webhook", count=1)
    assert post(simulator) == 500
    assert simulator.messages() == []
    assert post(simulator) == 204


def test_a_body_that_is_not_json_is_kept_as_it_is(simulator: Simulator) -> None:
    post(simulator, body="plain text")
    assert simulator.messages()[0]["body"] == "plain text"


def test_the_page_shows_body_and_verdict(simulator: Simulator, secret: str) -> None:
    post(simulator, signed())
    page = simulator.request("GET", "/webhooks/shop")[1].decode()
    assert "签名正确" in page
    assert "监控中" in page
    post(simulator, {})
    assert "签名错误" in simulator.request("GET", "/webhooks/shop/fragment")[1].decode()
