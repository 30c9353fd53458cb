"""The simulated group robots and push services, each as its documentation says."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.simulator.wire import FORM, JSON, raw
from tests.simulator import Simulator

# Service -> where its message goes, its body with a text in it, whom it is to, what is answered.
DOORS: dict[str, tuple[str, Any, str, int, bytes]] = {
    "dingtalk": (
        "oapi.dingtalk.com/robot/send?access_token=abc123",
        {"msgtype": "text", "text": {"content": "TEXT"}},
        "dingtalk:abc123",
        *(200, b'"errcode": 0'),
    ),
    "feishu": (
        "open.feishu.cn/open-apis/bot/v2/hook/aa-11/",
        {"msg_type": "text", "content": {"text": "TEXT"}},
        "feishu:aa-11",
        *(200, b'"code": 0'),
    ),
    "lark": (
        "open.larksuite.com/open-apis/bot/v2/hook/aa-11",
        {"msg_type": "text", "content": {"text": "TEXT"}},
        "lark:aa-11",
        *(200, b'"code": 0'),
    ),
    "slack": (
        "hooks.slack.com/services/T1/B2/c3",
        {"attachments": [{"text": "TEXT"}]},
        "slack:T1/B2/c3",
        *(200, b"ok"),
    ),
    "telegram": (
        "api.telegram.org/bot12345:token/sendMessage",
        {"chat_id": -1001, "text": "TEXT", "parse_mode": "HTML"},
        "telegram:12345:token/-1001",
        *(200, b'"ok": true'),
    ),
    "discord": (
        "discord.com/api/webhooks/1/token",
        {"content": "TEXT"},
        "discord:1/token",
        *(204, b""),
    ),
    "teams": (
        "prod-1.westus.logic.azure.com/workflows/w1/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sig=s1",
        {"attachments": [{"content": {"body": [{"type": "TextBlock", "text": "TEXT"}]}}]},
        "teams:w1/s1",
        *(202, b""),
    ),
    "serverchan": (
        "sctapi.ftqq.com/SCT1.send",
        "title=Hello&desp=TEXT",
        "serverchan:SCT1",
        *(200, b'"code": 0'),
    ),
    "bark": (
        "api.day.app/push",
        {"device_key": "key1", "body": "TEXT"},
        "bark:key1",
        *(200, b'"code": 200'),
    ),
    "ntfy": ("ntfy.sh/", {"topic": "t1", "message": "TEXT"}, "ntfy:t1", *(200, b'"id"')),
}
GONE = {
    "dingtalk": (200, b"300001"),
    "feishu": (200, b"access token invalid"),
    "lark": (200, b"access token invalid"),
    "slack": (404, b"no_service"),
    "telegram": (403, b"kicked"),
    "discord": (404, b"10015"),
    "teams": (404, b"WorkflowNotFound"),
    "serverchan": (400, b"40001"),
    "bark": (400, b"device token"),
    "ntfy": (403, b"40301"),
}
every_service = pytest.mark.parametrize("service", DOORS)


def send(simulator: Simulator, service: str, text: str = "你好", more: str = "") -> Any:
    path, body, *_ = DOORS[service]
    if isinstance(body, str):
        given, kind = body.replace("TEXT", quote(text)).encode(), FORM
    else:
        given, kind = json.dumps(body).replace("TEXT", text).encode(), JSON
    return raw(simulator, "POST", f"/relay/{path}{more}", given, {"Content-Type": kind})


@every_service
def test_a_message_is_kept_and_shown_to_its_group(simulator: Simulator, service: str) -> None:
    _path, _body, to, status, answer = DOORS[service]
    given = send(simulator, service)
    assert given[0] == status
    assert answer in given[1]
    (row,) = simulator.messages(provider="group", to=to)
    assert row["body"] == "你好"
    assert row["details"]["service"] == service
    _status, page = simulator.request("GET", f"/groups/{quote(to, safe='')}")
    assert "你好" in page.decode()
    assert to in simulator.request("GET", "/")[1].decode()


@every_service
def test_a_robot_that_was_removed_answers_as_the_service_does(
    simulator: Simulator, service: str
) -> None:
    simulator.control("PUT", "config", {"group_gone": [DOORS[service][2]]})
    status, answer = send(simulator, service)
    assert status == GONE[service][0]
    assert GONE[service][1] in answer
    assert simulator.messages(provider="group") == []


@every_service
def test_too_many_messages_in_a_minute_are_refused(simulator: Simulator, service: str) -> None:
    simulator.control("PUT", "config", {"group_per_minute": 2})
    for _ in range(3):
        send(simulator, service)
    assert len(simulator.messages(provider="group")) == 2


@pytest.mark.parametrize(("service", "code"), [("dingtalk", b"310000"), ("feishu", b"19024")])
def test_a_robot_with_a_keyword_wants_it(simulator: Simulator, service: str, code: bytes) -> None:
    simulator.control("PUT", "config", {"group_keywords": [f"{DOORS[service][2]}=演示支付"]})
    assert code in send(simulator, service, "到账延迟")[1]
    assert code not in send(simulator, service, "演示支付：到账延迟")[1]
    assert len(simulator.messages(provider="group")) == 1


def test_a_signed_robot_wants_the_signature(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"group_secrets": ["abc123=SEC0"]})

    def signed(at: float, secret: bytes = b"SEC0", quoted: int = 1) -> bytes:
        moment = str(int(at * 1000))
        digest = hmac.digest(secret, f"{moment}\n".encode() + secret, hashlib.sha256)
        sign = base64.b64encode(digest).decode()
        for _ in range(quoted):
            sign = quote(sign, safe="")
        answer: bytes = send(simulator, "dingtalk", more=f"&timestamp={moment}&sign={sign}")[1]
        return answer

    now = time.time()
    assert b"310000" in send(simulator, "dingtalk")[1]
    assert b"310000" in signed(now - 3700)
    assert b"310000" in signed(now, secret=b"SEC1")
    assert b"310000" in signed(now, quoted=2)
    assert b'"errcode": 0' in signed(now)


@pytest.mark.parametrize(
    ("service", "text", "status"),
    [
        ("discord", "x" * 2001, 400),
        ("telegram", "x" * 4097, 400),
        ("telegram", "a <b> c & d", 400),
        ("ntfy", "x" * 4097, 413),
        ("teams", "x" * 30_000, 400),
        ("feishu", "x" * 21_000, 400),
    ],
)
def test_a_text_that_is_too_long_or_broken_is_refused(
    simulator: Simulator, service: str, text: str, status: int
) -> None:
    assert send(simulator, service, text)[0] == status
    assert simulator.messages(provider="group") == []


def test_nonsense_is_refused_and_nothing_breaks(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for service, (path, *_rest) in DOORS.items():
        for body in (b"", b"[]", b"nonsense", b'{"text": 7, "content": 7}', b'{"attachments": 7}'):
            with subtests.test(service=service, body=body):
                status, _ = raw(simulator, "POST", f"/relay/{path}", body, {"Content-Type": JSON})
                assert status < 500 or service == "bark"
    assert [row for row in simulator.messages(provider="group") if not row["body"]] == []
