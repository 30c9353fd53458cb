"""The simulated WeChat Official Account's template messages and their receipts."""

import hashlib
from typing import Any

import pytest

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.receiver import Receiver
from tests.notifications.simulator.wechat_client import (
    DATA,
    OPENID,
    send_template,
    sent,
    xml_of,
)


def test_a_template_message_is_kept_and_delivered(simulator: Simulator, account: Receiver) -> None:
    answer = send_template(simulator, url="http://127.0.0.1:8000/incidents/1")
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered", to=OPENID)
    (row,) = sent(simulator)
    assert row["sid"] == str(answer["msgid"])
    assert row["details"]["data"] == DATA
    assert row["details"]["url"] == "http://127.0.0.1:8000/incidents/1"
    assert "扫码支付" in row["body"]


def test_a_receipt_is_signed_and_names_the_message(simulator: Simulator, account: Receiver) -> None:
    msgid = send_template(simulator)["msgid"]
    (posted,) = account.wait_for(1)
    query = posted.query
    parts = sorted([simulator.wechat_token, query["timestamp"], query["nonce"]])
    digest = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324 - WeChat's choice
    assert query["signature"] == digest
    assert posted.path.startswith("/hooks/wechat/?")
    told = xml_of(posted)
    assert told["MsgType"] == "event"
    assert told["Event"] == "TEMPLATESENDJOBFINISH"
    assert told["FromUserName"] == OPENID
    assert told["MsgID"] == str(msgid)
    assert told["Status"] == "success"
    assert told["CreateTime"].isdecimal()


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
def test_a_receipt_can_tell_of_a_failure(
    simulator: Simulator, account: Receiver, status: str
) -> None:
    simulator.switch("outcome", provider="wechat", to=OPENID, status=status)
    send_template(simulator)
    assert xml_of(account.wait_for(1)[0])["Status"] == status
    assert sent(simulator)[0]["status"] == status


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"touser": "oNobody000000000000000000"}, 40003),
        ({"touser": None}, 40003),
        ({"touser": 7}, 40003),
        ({"template_id": ""}, 40037),
        ({"template_id": None}, 40037),
        ({"data": None}, 47003),
        ({"data": {}}, 47003),
        ({"data": {"thing1": "plain"}}, 47003),
        ({"data": {"thing1": {"value": 7}}}, 47003),
    ],
)
def test_a_bad_template_message_is_refused(
    simulator: Simulator, account: Receiver, changes: dict[str, Any], code: int
) -> None:
    assert send_template(simulator, **changes)["errcode"] == code
    assert sent(simulator) == []


def test_only_the_configured_templates_are_known(simulator: Simulator, account: Receiver) -> None:
    simulator.control("PUT", "config", {"wechat_template_ids": ["the-only-template"]})
    assert send_template(simulator)["errcode"] == 40037
    assert send_template(simulator, template_id="the-only-template")["errcode"] == 0


def test_the_daily_quota_ends(simulator: Simulator, account: Receiver) -> None:
    simulator.control("PUT", "config", {"wechat_daily_quota": 2})
    assert [send_template(simulator)["errcode"] for _ in range(3)] == [0, 0, 45009]


def test_a_repeated_client_msg_id_is_not_delivered_twice(
    simulator: Simulator, account: Receiver
) -> None:
    assert send_template(simulator, client_msg_id="42")["errcode"] == 0
    assert send_template(simulator, client_msg_id="42")["errcode"] == 45065
    assert len(sent(simulator)) == 1
    assert sent(simulator)[0]["client_msg_id"] == "42"


def test_a_repetition_can_be_answered_like_the_first_time(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_repeat_errcode": 0})
    first, second = (send_template(simulator, client_msg_id="42") for _ in range(2))
    assert first == second
    assert len(sent(simulator)) == 1


def test_a_client_msg_id_is_forgotten_after_its_window(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_repeat_seconds": 0})
    assert [send_template(simulator, client_msg_id="42")["errcode"] for _ in range(2)] == [0, 0]
    assert len(sent(simulator)) == 2


def test_messages_without_client_msg_id_are_all_delivered(
    simulator: Simulator, account: Receiver
) -> None:
    assert [send_template(simulator)["errcode"] for _ in range(2)] == [0, 0]
    assert len(sent(simulator)) == 2


def test_the_same_client_msg_id_to_another_follower_is_another_message(
    simulator: Simulator, account: Receiver
) -> None:
    other = "oFollower0000000000000000002"
    simulator.control("POST", "wechat/followers", {"openid": other, "event": False})
    assert send_template(simulator, client_msg_id="42")["errcode"] == 0
    assert send_template(simulator, touser=other, client_msg_id="42")["errcode"] == 0


def test_faults_strike_wechat_too(simulator: Simulator, account: Receiver) -> None:
    simulator.switch("refuse", provider="wechat", code=-1, count=1)
    assert send_template(simulator)["errcode"] == -1
    simulator.switch("rate_limited", provider="wechat", count=1)
    assert send_template(simulator)["errcode"] == 45011
    assert sent(simulator) == []
