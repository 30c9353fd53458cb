"""The simulated WeChat Official Account's template messages and their receipts."""

import hashlib

import pytest

from notifications.channels.weixin.safe_mode import opened
from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wechat_client import DATA, OPENID, send_template, sent, xml_of
from tests.simulator import Simulator


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


def test_in_safe_mode_the_body_is_sealed_and_signed(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_aes_key": simulator.wechat_aes_key})
    send_template(simulator)
    (posted,) = account.wait_for(1)
    query, told = posted.query, xml_of(posted)
    assert set(told) == {"ToUserName", "Encrypt"}
    parts = sorted([simulator.wechat_token, query["timestamp"], query["nonce"], told["Encrypt"]])
    digest = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324 - WeChat's choice
    assert (query["encrypt_type"], query["msg_signature"]) == ("aes", digest)
    clear = opened(told["Encrypt"], [simulator.wechat_aes_key], simulator.app_id)
    assert OPENID in clear.decode()


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
def test_a_receipt_can_tell_of_a_failure(
    simulator: Simulator, account: Receiver, status: str
) -> None:
    simulator.switch("outcome", provider="wechat", to=OPENID, status=status)
    send_template(simulator)
    assert xml_of(account.wait_for(1)[0])["Status"] == status
    assert sent(simulator)[0]["status"] == status


def test_a_bad_template_message_is_refused(
    simulator: Simulator, account: Receiver, subtests: pytest.Subtests
) -> None:
    for changes, code in [
        ({"touser": "oNobody000000000000000000"}, 40003),
        ({"touser": None}, 40003),
        ({"touser": 7}, 40003),
        ({"template_id": ""}, 40037),
        ({"template_id": None}, 40037),
        ({"data": None}, 47003),
        ({"data": {}}, 47003),
        ({"data": {"thing1": "plain"}}, 47003),
        ({"data": {"thing1": {"value": 7}}}, 47003),
    ]:
        with subtests.test(changes=changes, code=code):
            assert send_template(simulator, **changes)["errcode"] == code
            assert sent(simulator) == []


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
