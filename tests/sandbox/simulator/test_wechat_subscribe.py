"""Subscription messages of the simulated accounts: one for each consent, and events about both."""

import json
from typing import Any

import pytest

from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wechat_client import OPENID, ask_token, token_of, xml_of
from tests.simulator import Simulator

TEMPLATE = "notice-template-0001"
DATA = {"thing1": {"value": "到账延迟"}}


def agree(simulator: Simulator, said: str = "accept", **more: Any) -> None:
    body = {"openid": OPENID, "templates": {TEMPLATE: said}, "event": False, **more}
    simulator.control("POST", "wechat/consents", body)


def send(simulator: Simulator, path: str = "bizsend", **keys: str) -> dict[str, Any]:
    token = ask_token(simulator, **keys)["access_token"] if keys else token_of(simulator)
    body = {"touser": OPENID, "template_id": TEMPLATE, "data": DATA, "page": "index"}
    answer = simulator.request(
        "POST", f"/cgi-bin/message/subscribe/{path}?access_token={token}", body
    )
    found: dict[str, Any] = json.loads(answer[1])
    return found


def of_mini_program(simulator: Simulator) -> dict[str, Any]:
    keys = {"appid": simulator.mini_app_id, "secret": simulator.mini_secret}
    return send(simulator, "send", **keys)


def test_each_consent_allows_one_message(simulator: Simulator) -> None:
    assert send(simulator)["errcode"] == 43101
    agree(simulator)
    agree(simulator)
    assert [send(simulator)["errcode"] for _ in range(3)] == [0, 0, 43101]


def test_a_message_that_was_not_accepted_uses_no_consent(simulator: Simulator) -> None:
    agree(simulator)
    simulator.switch("error_before", provider="wechat", count=1)
    token = token_of(simulator)
    body = {"touser": OPENID, "template_id": TEMPLATE, "data": DATA}
    there = f"/cgi-bin/message/subscribe/bizsend?access_token={token}"
    assert simulator.request("POST", there, body)[0] == 500
    assert send(simulator)["errcode"] == 0


def test_refusing_in_the_list_ends_every_consent(simulator: Simulator) -> None:
    agree(simulator)
    agree(simulator, "reject")
    assert send(simulator)["errcode"] == 0
    agree(simulator)
    agree(simulator, "reject", managed=True)
    assert send(simulator)["errcode"] == 43101


def test_a_lasting_consent_is_not_used_up(simulator: Simulator) -> None:
    row = {"template_id": TEMPLATE, "content": "{{thing1.DATA}}", "type": 3}
    simulator.control("PUT", "wechat/templates", {"templates": [row]})
    agree(simulator)
    assert [send(simulator)["errcode"] for _ in range(3)] == [0, 0, 0]


def test_a_mini_program_has_people_and_keys_of_its_own(simulator: Simulator) -> None:
    agree(simulator, account="mini_program")
    assert send(simulator)["errcode"] == 43101
    assert of_mini_program(simulator)["errcode"] == 0
    assert [row["provider"] for row in simulator.messages(to=OPENID)] == ["mini_program"]
    assert send(simulator, "send")["errcode"] == 48001


def test_an_unknown_account_gets_no_token(simulator: Simulator) -> None:
    assert ask_token(simulator, appid="wx0000000000000000")["errcode"] == 40013


@pytest.mark.parametrize(
    ("managed", "event"),
    [(False, "subscribe_msg_popup_event"), (True, "subscribe_msg_change_event")],
)
def test_what_somebody_chooses_is_told(
    simulator: Simulator, account: Receiver, managed: bool, event: str
) -> None:
    said = "reject" if managed else "accept"
    agree(simulator, said, event=True, managed=managed)
    told = account.wait_for(1)[0].body.decode()
    assert xml_of(account.wait_for(1)[0])["Event"] == event
    assert f"<TemplateId><![CDATA[{TEMPLATE}]]></TemplateId>" in told
    assert f"<SubscribeStatusString><![CDATA[{said}]]></SubscribeStatusString>" in told


def test_what_became_of_a_message_is_told(simulator: Simulator, account: Receiver) -> None:
    agree(simulator)
    msgid = send(simulator)["msgid"]
    told = account.wait_for(1)[0].body.decode()
    assert "subscribe_msg_sent_event" in told
    assert f"<MsgID>{msgid}</MsgID>" in told
    assert "<ErrorCode>0</ErrorCode>" in told
