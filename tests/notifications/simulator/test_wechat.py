"""The simulated WeChat Official Account: tokens, template messages, followers."""

import hashlib
import json
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.receiver import Posted, Receiver

OPENID = "oFollower0000000000000000001"
DATA = {"thing1": {"value": "扫码支付"}, "time2": {"value": "2026年11月23日 14:05"}}


@pytest.fixture
def account(simulator: Simulator, receiver: Receiver) -> Receiver:
    """Our callback server, and one silent follower."""
    simulator.control("PUT", "config", {"wechat_callback_url": f"{receiver.url}/hooks/wechat/"})
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    return receiver


def ask_token(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    body = {
        "grant_type": "client_credential",
        "appid": simulator.app_id,
        "secret": simulator.secret,
        **changes,
    }
    answer: dict[str, Any] = json.loads(simulator.request("POST", "/cgi-bin/stable_token", body)[1])
    return answer


def token_of(simulator: Simulator, **changes: Any) -> str:
    return str(ask_token(simulator, **changes)["access_token"])


def send(simulator: Simulator, token: str | None = None, **changes: Any) -> dict[str, Any]:
    token = token_of(simulator) if token is None else token
    body = {"touser": OPENID, "template_id": "demo-template", "data": DATA, **changes}
    path = f"/cgi-bin/message/template/send?access_token={token}"
    status, answer = simulator.request("POST", path, body)
    assert status == 200
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


def xml(posted: Posted) -> dict[str, str]:
    return {element.tag: element.text or "" for element in fromstring(posted.body)}


def sent(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.messages(provider="wechat", to=OPENID)


def test_a_token_is_valid_for_two_hours(simulator: Simulator) -> None:
    answer = ask_token(simulator)
    assert 7190 <= answer["expires_in"] <= 7200
    assert len(answer["access_token"]) <= 512


def test_asking_again_gives_the_same_token(simulator: Simulator) -> None:
    assert token_of(simulator) == token_of(simulator)


def test_forcing_gives_a_new_token_and_the_old_lasts_a_while(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 0})
    old = token_of(simulator)
    new = token_of(simulator, force_refresh=True)
    assert new != old
    assert token_of(simulator) == new
    assert send(simulator, old)["errcode"] == 0
    assert send(simulator, new)["errcode"] == 0


def test_the_old_token_ends_at_once_when_told_so(simulator: Simulator, account: Receiver) -> None:
    config = {"wechat_forced_interval_seconds": 0, "wechat_old_token_seconds": 0}
    simulator.control("PUT", "config", config)
    old = token_of(simulator)
    token_of(simulator, force_refresh=True)
    assert send(simulator, old)["errcode"] == 42001


def test_forcing_twice_in_a_row_refreshes_once(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 0})
    first = token_of(simulator, force_refresh=True)
    simulator.control("PUT", "config", {"wechat_forced_interval_seconds": 30})
    assert token_of(simulator, force_refresh=True) == first


def test_forcing_is_limited_a_day(simulator: Simulator) -> None:
    config = {"wechat_forced_interval_seconds": 0, "wechat_forced_a_day": 0}
    simulator.control("PUT", "config", config)
    assert ask_token(simulator, force_refresh=True)["errcode"] == 45009
    assert "access_token" in ask_token(simulator)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
    ],
)
def test_wrong_credentials_get_no_token(
    simulator: Simulator, changes: dict[str, str], code: int
) -> None:
    assert ask_token(simulator, **changes)["errcode"] == code


def test_a_template_message_is_kept_and_delivered(simulator: Simulator, account: Receiver) -> None:
    answer = send(simulator, url="http://127.0.0.1:8000/incidents/1")
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered", to=OPENID)
    (row,) = sent(simulator)
    assert row["sid"] == str(answer["msgid"])
    assert row["details"]["data"] == DATA
    assert row["details"]["url"] == "http://127.0.0.1:8000/incidents/1"
    assert "扫码支付" in row["body"]


def test_a_receipt_is_signed_and_names_the_message(simulator: Simulator, account: Receiver) -> None:
    msgid = send(simulator)["msgid"]
    (posted,) = account.wait_for(1)
    query = posted.query
    parts = sorted([simulator.wechat_token, query["timestamp"], query["nonce"]])
    digest = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324 - WeChat's choice
    assert query["signature"] == digest
    assert posted.path.startswith("/hooks/wechat/?")
    told = xml(posted)
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
    send(simulator)
    assert xml(account.wait_for(1)[0])["Status"] == status
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
    assert send(simulator, **changes)["errcode"] == code
    assert sent(simulator) == []


def test_only_the_configured_templates_are_known(simulator: Simulator, account: Receiver) -> None:
    simulator.control("PUT", "config", {"wechat_template_ids": ["the-only-template"]})
    assert send(simulator)["errcode"] == 40037
    assert send(simulator, template_id="the-only-template")["errcode"] == 0


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("made-up", 40001)])
def test_a_bad_token_is_refused(
    simulator: Simulator, account: Receiver, token: str, code: int
) -> None:
    assert send(simulator, token)["errcode"] == code


def test_expired_tokens_are_refused_and_a_new_one_works(
    simulator: Simulator, account: Receiver
) -> None:
    old = token_of(simulator)
    simulator.control("POST", "wechat/expire-tokens")
    assert send(simulator, old)["errcode"] == 42001
    assert token_of(simulator) != old
    assert send(simulator)["errcode"] == 0


def test_the_daily_quota_ends(simulator: Simulator, account: Receiver) -> None:
    simulator.control("PUT", "config", {"wechat_daily_quota": 2})
    assert [send(simulator)["errcode"] for _ in range(3)] == [0, 0, 45009]


def test_a_repeated_client_msg_id_is_not_delivered_twice(
    simulator: Simulator, account: Receiver
) -> None:
    assert send(simulator, client_msg_id="42")["errcode"] == 0
    assert send(simulator, client_msg_id="42")["errcode"] == 45065
    assert len(sent(simulator)) == 1
    assert sent(simulator)[0]["client_msg_id"] == "42"


def test_a_repetition_can_be_answered_like_the_first_time(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_repeat_errcode": 0})
    first, second = (send(simulator, client_msg_id="42") for _ in range(2))
    assert first == second
    assert len(sent(simulator)) == 1


def test_a_client_msg_id_is_forgotten_after_its_window(
    simulator: Simulator, account: Receiver
) -> None:
    simulator.control("PUT", "config", {"wechat_repeat_seconds": 0})
    assert [send(simulator, client_msg_id="42")["errcode"] for _ in range(2)] == [0, 0]
    assert len(sent(simulator)) == 2


def test_messages_without_client_msg_id_are_all_delivered(
    simulator: Simulator, account: Receiver
) -> None:
    assert [send(simulator)["errcode"] for _ in range(2)] == [0, 0]
    assert len(sent(simulator)) == 2


def test_the_same_client_msg_id_to_another_follower_is_another_message(
    simulator: Simulator, account: Receiver
) -> None:
    other = "oFollower0000000000000000002"
    simulator.control("POST", "wechat/followers", {"openid": other, "event": False})
    assert send(simulator, client_msg_id="42")["errcode"] == 0
    assert send(simulator, touser=other, client_msg_id="42")["errcode"] == 0


def test_faults_strike_wechat_too(simulator: Simulator, account: Receiver) -> None:
    simulator.switch("refuse", provider="wechat", code=-1, count=1)
    assert send(simulator)["errcode"] == -1
    simulator.switch("rate_limited", provider="wechat", count=1)
    assert send(simulator)["errcode"] == 45011
    assert sent(simulator) == []


def test_a_follow_and_an_unfollow_are_told(simulator: Simulator, account: Receiver) -> None:
    new = "oFollower0000000000000000009"
    simulator.control("POST", "wechat/followers", {"openid": new, "name": "小店"})
    simulator.control("DELETE", f"wechat/followers/{new}")
    told = [xml(posted) for posted in account.wait_for(2)]
    assert {one["Event"] for one in told} == {"subscribe", "unsubscribe"}
    assert {one["FromUserName"] for one in told} == {new}


def test_whoever_left_gets_no_template_message(simulator: Simulator, account: Receiver) -> None:
    simulator.control("DELETE", f"wechat/followers/{OPENID}")
    assert send(simulator)["errcode"] == 43004
    simulator.control("POST", "wechat/followers", {"openid": OPENID})
    assert send(simulator)["errcode"] == 0


def test_nobody_cannot_leave(simulator: Simulator) -> None:
    assert simulator.request("DELETE", "/control/wechat/followers/nobody")[0] == 400


def test_many_followers_are_added_at_once_in_silence(
    simulator: Simulator, account: Receiver
) -> None:
    people = [{"openid": f"oMany{number:020}", "event": False} for number in range(50)]
    simulator.control("POST", "wechat/followers", {"followers": people})
    assert len(simulator.control("GET", "wechat/followers")) == 51
    assert account.posted == []


def test_a_text_is_told_and_its_reply_comes_back(simulator: Simulator, account: Receiver) -> None:
    account.answer = (
        "<xml><ToUserName><![CDATA[x]]></ToUserName><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[已绑定 <好>]]></Content></xml>"
    )
    simulator.control("POST", "inbound", {"from": OPENID, "text": "绑定 ]]> 123456"})
    told = xml(account.wait_for(1)[0])
    assert (told["MsgType"], told["Content"]) == ("text", "绑定 ]]> 123456")
    rows = simulator.wait_for(lambda rows: len(rows) == 1, to=OPENID)
    assert rows[0]["body"] == "已绑定 <好>"


@pytest.mark.parametrize("answer", ["success", "", "<xml>"])
def test_an_empty_reply_is_no_bubble(simulator: Simulator, account: Receiver, answer: str) -> None:
    account.answer = answer
    simulator.control("POST", "inbound", {"from": OPENID, "text": "你好"})
    simulator.wait_for(lambda rows: rows[0]["attempts"], person=OPENID)
    assert sent(simulator) == []


def test_what_is_not_json_is_refused(simulator: Simulator) -> None:
    assert json.loads(simulator.request("POST", "/cgi-bin/stable_token")[1])["errcode"] == 47001
