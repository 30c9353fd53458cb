"""What a phone's owner sends: opting out, opting in, and plain text."""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE, SENDER
from tests.sandbox.simulator.receiver import Receiver
from tests.simulator import Simulator

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


def test_a_stop_word_opts_out(simulator: Simulator, send: Send, subtests: pytest.Subtests) -> None:
    for word in ["STOP", "stop", " Stop ", "UNSUBSCRIBE", "QUIT"]:
        with subtests.test(word=word):
            simulator.control("POST", "reset")
            write(simulator, word)
            with pytest.raises(TwilioRestException) as caught:
                send()
            assert (caught.value.status, caught.value.code) == (400, 21610)
            assert send(to="+8613900005678").status == "queued"


def test_other_texts_opt_out_of_nothing_at_twilio(
    simulator: Simulator, send: Send, subtests: pytest.Subtests
) -> None:
    for text in ["please stop", "TD", "退订", "STOP it"]:
        with subtests.test(text=text):
            simulator.control("POST", "reset")
            write(simulator, text)
            assert send().status == "queued"


def test_a_twiml_answer_comes_to_the_phone(simulator: Simulator, inbox: Receiver) -> None:
    inbox.answer = (
        "<Response><Message>已退订</Message><Message><Body>再见</Body></Message></Response>"
    )
    write(simulator, "TD")
    rows = simulator.wait_for(lambda rows: len(rows) == 3)
    assert [(row["body"], row["to"]) for row in rows[1:]] == [("已退订", PHONE), ("再见", PHONE)]


def test_an_entity_bomb_in_an_answer_is_not_opened(simulator: Simulator, inbox: Receiver) -> None:
    inbox.answer = '<!DOCTYPE r [<!ENTITY a "boom">]><Response><Message>&a;</Message></Response>'
    write(simulator, "TD")
    simulator.wait_for(lambda rows: rows[0]["attempts"])
    write(simulator, "still alive")
    assert [row["body"] for row in simulator.messages()] == ["TD", "still alive"]
