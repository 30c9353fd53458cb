"""Every refusal of Twilio's: its status, its sentence, where to read more."""

import json
from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator
from notifications.simulator.twilio_errors import ERRORS, TwilioError
from tests.notifications.simulator.conftest import PHONE
from tests.notifications.simulator.wire import FORM, credentials, messages_path, raw

Send = Callable[..., MessageInstance]
MORE_INFO = "https://www.twilio.com/docs/errors/"
UNKNOWN_SID = f"SM{'0' * 32}"


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_code_is_answered_whole(simulator: Simulator, code: int) -> None:
    simulator.switch("refuse", code=code)
    body = b"To=%2B8613800001234&From=%2B15005550006&Body=x"
    headers = {**credentials(simulator), "Content-Type": FORM}
    status, answer = raw(simulator, "POST", messages_path(simulator), body, headers)
    told = json.loads(answer)
    assert set(told) == {"code", "message", "more_info", "status"}
    assert (told["code"], told["status"]) == (code, status)
    assert told["more_info"] == f"{MORE_INFO}{code}"
    assert told["message"]
    assert "{value}" not in told["message"]
    assert status == ERRORS[code][0]


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_code_reaches_the_package(simulator: Simulator, send: Send, code: int) -> None:
    simulator.switch("refuse", code=code, count=1)
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert (caught.value.code, caught.value.status) == (code, ERRORS[code][0])
    assert caught.value.method == "POST"
    assert simulator.messages() == []
    assert send().status == "queued"


@pytest.mark.parametrize("code", [0, 1, 21999, 63038])
def test_a_code_without_a_sentence_of_ours_is_a_plain_400(code: int) -> None:
    answer = TwilioError(code).answer()
    assert answer.status == 400
    assert json.loads(answer.text or "")["message"] == "Request refused"


def test_statuses_fit_their_kind() -> None:
    assert {status for status, _ in ERRORS.values()} == {400, 401, 404, 409, 429, 500}
    assert ERRORS[20429][0] == 429
    assert ERRORS[20003][0] == 401
    assert all(status == 400 for code, (status, _) in ERRORS.items() if 21000 <= code < 22000)


def test_a_sentence_names_what_was_wrong() -> None:
    answer = json.loads(TwilioError(21211, '+86"<b>').answer().text or "")
    assert answer["message"] == "Invalid 'To' Phone Number: +86\"<b>"


@pytest.mark.parametrize("change", ["fetch", "redact", "cancel", "delete"])
def test_nobody_can_be_done_anything_to(twilio: Client, change: str) -> None:
    message = twilio.messages(UNKNOWN_SID)
    deeds = {
        "fetch": message.fetch,
        "redact": lambda: message.update(body=""),
        "cancel": lambda: message.update(status="canceled"),
        "delete": message.delete,
    }
    with pytest.raises(TwilioRestException) as caught:
        deeds[change]()
    assert (caught.value.status, caught.value.code) == (404, 20404)
    assert UNKNOWN_SID in caught.value.msg


def test_a_finished_message_cannot_be_cancelled(twilio: Client, send_finished: Send) -> None:
    sid = send_finished().sid
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages(sid).update(status="canceled")
    assert (caught.value.status, caught.value.code) == (409, 20009)
    assert twilio.messages(sid).fetch().status == "delivered"


def test_a_message_is_deleted_only_once(twilio: Client, send_finished: Send) -> None:
    sid = send_finished().sid
    assert twilio.messages(sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages(sid).delete()
    assert caught.value.code == 20404


def test_a_deleted_message_can_be_neither_redacted_nor_cancelled(
    twilio: Client, send_finished: Send, simulator: Simulator
) -> None:
    sid = send_finished(body="还在").sid
    twilio.messages(sid).delete()
    for changes in ({"body": ""}, {"status": "canceled"}):
        with pytest.raises(TwilioRestException, match="not found"):
            twilio.messages(sid).update(**changes)
    assert simulator.messages()[0]["body"] == "还在"


def test_a_cancelled_message_can_be_redacted_and_deleted(
    twilio: Client, send: Send, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    message = twilio.messages(send().sid)
    message.update(status="canceled")
    assert message.update(body="").body == ""
    assert message.delete()


def test_what_a_merchant_wrote_can_be_redacted_and_deleted(
    twilio: Client, simulator: Simulator
) -> None:
    sid = simulator.control("POST", "inbound", {"from": PHONE, "text": "我的卡号"})["sid"]
    assert twilio.messages(sid).update(body="").body == ""
    assert twilio.messages(sid).delete()
    assert twilio.messages.list() == []


def test_a_message_that_is_not_twilios_is_not_found(simulator: Simulator) -> None:
    simulator.request(
        "POST",
        "/cgi-bin/webhook/send?key=a-group-robot",
        {"msgtype": "text", "text": {"content": "x"}},
    )
    sid = simulator.messages()[0]["sid"]
    path = messages_path(simulator).replace(".json", f"/{sid}.json")
    assert raw(simulator, "GET", path, headers=credentials(simulator))[0] == 404


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("GET", "/SM1")])
@pytest.mark.parametrize(
    "authorization", [None, "", "Basic", "Basic ", "Basic AAAA", "Digest x", "Basic Og=="]
)
def test_every_door_asks_for_credentials(
    simulator: Simulator, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    there = messages_path(simulator).replace(".json", f"{path}.json")
    status, answer = raw(simulator, method, there, headers=headers)
    assert (status, json.loads(answer)["message"]) == (401, "Authenticate")


def test_another_accounts_list_is_not_found(simulator: Simulator) -> None:
    path = messages_path(simulator).replace(simulator.account_sid, f"AC{'1' * 32}")
    status, answer = raw(simulator, "GET", path, headers=credentials(simulator))
    assert (status, json.loads(answer)["code"]) == (404, 20404)
