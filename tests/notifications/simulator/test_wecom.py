"""The simulated WeCom group robot."""

import json
from typing import Any

import pytest

from notifications.simulator.testing import Simulator

KEY = "11111111-2222-3333-4444-555555555555"


def send(simulator: Simulator, body: Any, key: str = KEY) -> int:
    status, answer = simulator.request("POST", f"/cgi-bin/webhook/send?key={key}", body)
    assert status == 200
    return int(json.loads(answer)["errcode"])


def text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


def markdown(content: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": content}}


def test_a_message_is_kept_under_its_robot(simulator: Simulator) -> None:
    assert send(simulator, markdown("**扫码支付** 故障")) == 0
    (row,) = simulator.messages(provider="wecom", to=KEY)
    assert row["body"] == "**扫码支付** 故障"
    assert row["details"] == {"msgtype": "markdown"}


def test_the_longest_contents_are_taken(simulator: Simulator) -> None:
    # A Chinese letter is three bytes.
    assert send(simulator, text("中" * 682 + "aa")) == 0
    assert send(simulator, markdown("中" * 1365 + "a")) == 0


@pytest.mark.parametrize(
    "body",
    [
        text("中" * 683),
        markdown("中" * 1366),
        text(""),
        {"msgtype": "text"},
        {"msgtype": "text", "text": "plain"},
        {"msgtype": "text", "text": {"content": 7}},
        {"msgtype": "image", "image": {}},
        {"msgtype": ["text"]},
        [],
        None,
    ],
)
def test_a_bad_message_is_refused(simulator: Simulator, body: Any) -> None:
    assert send(simulator, body) == 40058
    assert simulator.messages() == []


@pytest.mark.parametrize("key", ["", "short", "with%20space-and-more"])
def test_a_malformed_key_is_refused(simulator: Simulator, key: str) -> None:
    assert send(simulator, text("x"), key) == 93000


def test_only_the_configured_robots_exist(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"wecom_keys": [KEY]})
    assert send(simulator, text("x")) == 0
    assert send(simulator, text("x"), "another-robot") == 93000


def test_a_robot_takes_twenty_a_minute(simulator: Simulator) -> None:
    codes = [send(simulator, text(str(number))) for number in range(21)]
    assert codes == [0] * 20 + [45009]
    assert send(simulator, text("x"), "another-robot") == 0


def test_a_switch_refuses_one_robot(simulator: Simulator) -> None:
    simulator.switch("refuse", provider="wecom", to=KEY, code=93000)
    assert send(simulator, text("x")) == 93000
    assert send(simulator, text("x"), "another-robot") == 0
