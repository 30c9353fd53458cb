"""Every request that we make of Twilio is one that Twilio's own document describes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from notifications.channels import provider as find
from notifications.channels.base import Awaited
from notifications.channels.outcomes import Accepted
from statuspage.lib.database_clock import database_now_reckoned
from tests.notifications.channels import twilio_document
from tests.notifications.channels.builders import message, send
from tests.notifications.channels.twilio_document import Recorder

NUMBER = "+8613800138000"
SERVICE = "MG0123456789abcdef0123456789abcdef"


@pytest.fixture
def recorder(simulator, settings):
    with twilio_document.recording(simulator) as (recorder, url):
        settings.TWILIO_BASE_URL = url
        yield recorder


def checked(recorder: Recorder) -> list[twilio_document.Exchange]:
    """Every exchange so far, each checked against the document."""
    for one in recorder.exchanges:
        twilio_document.check(one, recorder.simulator.account_sid, recorder.simulator.auth_token)
    return recorder.exchanges


@pytest.mark.parametrize("sender", ["+15005550006", SERVICE, "DemoPay", "Demo & Pay", "10690"])
def test_a_message_from_any_kind_of_sender(recorder, settings, sender):
    settings.TWILIO_FROM = sender

    (outcome,) = send("twilio", message(NUMBER, "【演示支付】100% & +1 结算延迟"))

    (made,) = checked(recorder)
    assert isinstance(outcome, Accepted)
    assert made.form["Body"] == "【演示支付】100% & +1 结算延迟"
    assert made.form["To"] == NUMBER
    named = "MessagingServiceSid" if sender == SERVICE else "From"
    assert made.form[named] == sender
    assert set(made.form) == {"To", "Body", "StatusCallback", named}


def test_a_callback_names_the_delivery_and_asks_to_be_repeated(recorder):
    sent = message(NUMBER, delivery_id=42)

    send("twilio", sent)

    (made,) = checked(recorder)
    callback = urlsplit(made.form["StatusCallback"])
    assert dict(parse_qsl(callback.query)) == {
        "delivery": "42",
        "attempt": str(sent.attempt_id),
    }
    assert callback.fragment == "rc=5&rp=all"


def test_a_look_up(recorder, settings):
    sent = message(NUMBER)
    send("twilio", sent)

    since = database_now_reckoned() - timedelta(minutes=1)
    found = asyncio.run(find("twilio").look_up(sent, since))

    assert isinstance(found, Accepted)
    assert [one.method for one in checked(recorder)] == ["POST", "GET"]


def test_asking_for_receipts_over_several_pages(recorder, monkeypatch):
    monkeypatch.setattr("notifications.channels.sms.twilio.PAGE_SIZE", 2)
    batch = [message(f"+861380013800{place}", delivery_id=place + 1) for place in range(5)]
    ids = [one.provider_id for one in send("twilio", *batch) if isinstance(one, Accepted)]
    # Until it is sent, a message has no DateSent, by which they are listed.
    recorder.simulator.wait_for(
        lambda rows: set(ids) <= {row["sid"] for row in rows if row["sent_at"]}
    )
    moment = database_now_reckoned()
    awaited = [
        Awaited(one.delivery_id, one.attempt_id, sid, one.address, moment)
        for one, sid in zip(batch, ids, strict=True)
    ]

    answers = asyncio.run(find("twilio").ask_receipts(awaited))

    made = [one for one in checked(recorder) if one.method == "GET"]
    assert len(made) > 1, "more than one page"
    assert set(answers) == {one.delivery_id for one in batch}


def test_the_check_finds_what_is_wrong(recorder):
    send("twilio", message(NUMBER))
    (made,) = recorder.exchanges
    account, token = recorder.simulator.account_sid, recorder.simulator.auth_token
    wrong = (
        made.body.replace("Body=", "Text="),
        made.body.replace("To=%2B", "To=tel"),
        made.body.replace("From=", "Form="),
        made.body.replace("StatusCallback=http", "StatusCallback=ftp"),
        f"{made.body}&MaxPrice=cheap",
    )

    for body in wrong:
        with pytest.raises(AssertionError):
            twilio_document.check(replace(made, body=body), account, token)
    with pytest.raises(AssertionError, match="Twilio has no"):
        twilio_document.check(replace(made, target="/2010-04-01/Messages"), account, token)
