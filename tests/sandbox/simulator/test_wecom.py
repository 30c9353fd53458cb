"""The simulated WeCom group robot."""

import json
from typing import Any

import pytest

from tests.simulator import Simulator

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


def test_a_bad_message_is_refused(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for body in [
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
    ]:
        with subtests.test(body=body):
            assert send(simulator, body) == 40058
            assert simulator.messages() == []


def test_a_malformed_key_is_refused(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for key in ["", "short", "with%20space-and-more"]:
        with subtests.test(key=key):
            assert send(simulator, text("x"), key) == 93000
