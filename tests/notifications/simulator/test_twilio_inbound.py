"""What a phone's owner sends: opting out, opting in, and plain text."""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE, SENDER
from tests.notifications.simulator.receiver import Receiver

Send = Callable[..., MessageInstance]


@pytest.fixture
def inbox(simulator: Simulator, receiver: Receiver) -> Receiver:
    simulator.control("PUT", "config", {"twilio_inbound_url": f"{receiver.url}/inbound/"})
    return receiver


def write(simulator: Simulator, text: str, number: str = PHONE) -> None:
    simulator.control("POST", "inbound", {"from": number, "text": text})


def test_a_text_is_posted_signed_to_the_inbound_url(simulator: Simulator, inbox: Receiver) -> None:
    write(simulator, "你好")
    (posted,) = inbox.wait_for(1)
    assert posted.path == "/inbound/"
    assert posted.form["From"] == PHONE
    assert posted.form["To"] == SENDER
    assert posted.form["Body"] == "你好"
    assert posted.form["SmsStatus"] == "received"
    assert posted.form["MessageSid"].startswith("SM")
    assert "OptOutType" not in posted.form
    validator = RequestValidator(simulator.auth_token)
    signature = posted.headers["X-Twilio-Signature"]
    assert validator.validate(f"{inbox.url}/inbound/", posted.form, signature)


def test_a_text_answers_whoever_wrote_last(
    simulator: Simulator, inbox: Receiver, send: Send
) -> None:
    send(from_="+15005550001")
    send(from_="+15005550002")
    write(simulator, "收到")
    assert inbox.wait_for(1)[0].form["To"] == "+15005550002"


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop ", "UNSUBSCRIBE", "QUIT"])
def test_a_stop_word_opts_out(simulator: Simulator, send: Send, word: str) -> None:
    write(simulator, word)
    with pytest.raises(TwilioRestException) as caught:
        send()
    assert (caught.value.status, caught.value.code) == (400, 21610)
    assert send(to="+8613900005678").status == "queued"


def test_opting_out_is_told_with_its_kind(simulator: Simulator, inbox: Receiver) -> None:
    write(simulator, "STOP")
    write(simulator, "START")
    kinds = {one.form["Body"]: one.form["OptOutType"] for one in inbox.wait_for(2)}
    assert kinds == {"STOP": "STOP", "START": "START"}


def test_start_opts_in_again(simulator: Simulator, send: Send) -> None:
    write(simulator, "STOP")
    write(simulator, "start")
    assert send().status == "queued"


@pytest.mark.parametrize("text", ["please stop", "TD", "退订", "STOP it"])
def test_other_texts_opt_out_of_nothing_at_twilio(
    simulator: Simulator, send: Send, text: str
) -> None:
    write(simulator, text)
    assert send().status == "queued"


def test_an_account_can_have_stop_words_of_its_own(simulator: Simulator, send: Send) -> None:
    simulator.control("PUT", "config", {"stop_words": ["STOP", "TD", "退订"]})
    write(simulator, "td")
    with pytest.raises(TwilioRestException, match="unsubscribed"):
        send()


def test_an_inbound_text_is_listed_as_inbound(simulator: Simulator, twilio: Client) -> None:
    write(simulator, "你好")
    (message,) = twilio.messages.list(from_=PHONE)
    assert (message.direction, message.status, message.body) == ("inbound", "received", "你好")


def test_a_twiml_answer_comes_to_the_phone(simulator: Simulator, inbox: Receiver) -> None:
    inbox.answer = (
        "<Response><Message>已退订</Message><Message><Body>再见</Body></Message></Response>"
    )
    write(simulator, "TD")
    rows = simulator.wait_for(lambda rows: len(rows) == 3)
    assert [(row["body"], row["to"]) for row in rows[1:]] == [("已退订", PHONE), ("再见", PHONE)]


@pytest.mark.parametrize(
    "answer", ["", "ok", "<Response/>", "<Response><Message/></Response>", "<"]
)
def test_an_answer_without_message_brings_nothing(
    simulator: Simulator, inbox: Receiver, answer: str
) -> None:
    inbox.answer = answer
    write(simulator, "TD")
    simulator.wait_for(lambda rows: rows[0]["attempts"])
    assert len(simulator.messages()) == 1


def test_an_entity_bomb_in_an_answer_is_not_opened(simulator: Simulator, inbox: Receiver) -> None:
    inbox.answer = '<!DOCTYPE r [<!ENTITY a "boom">]><Response><Message>&a;</Message></Response>'
    write(simulator, "TD")
    simulator.wait_for(lambda rows: rows[0]["attempts"])
    write(simulator, "still alive")
    assert [row["body"] for row in simulator.messages()] == ["TD", "still alive"]


def test_without_inbound_url_a_text_is_only_kept(simulator: Simulator) -> None:
    write(simulator, "你好")
    assert simulator.messages()[0]["attempts"] == []


@pytest.mark.parametrize("body", [{}, {"from": PHONE}, {"text": "x"}, {"from": "", "text": "x"}])
def test_a_text_from_nobody_is_refused(simulator: Simulator, body: dict[str, str]) -> None:
    assert simulator.request("POST", "/control/inbound", body)[0] == 400


def test_an_inbound_url_beyond_this_machine_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="URL of this machine"):
        simulator.control("PUT", "config", {"twilio_inbound_url": "https://example.com/"})
