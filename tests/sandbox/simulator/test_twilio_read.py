"""Reading, redacting and deleting messages, with Twilio's own library."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]
OTHER = "+8613900005678"


def bodies(messages: list[MessageInstance]) -> list[str | None]:
    return [message.body for message in messages]


def test_a_message_is_fetched_by_its_sid(send: Send, twilio: Client) -> None:
    assert twilio.messages(send(body="找我").sid).fetch().body == "找我"


def test_the_list_is_filtered_by_receiver(send: Send, twilio: Client) -> None:
    send(body="mine")
    send(to=OTHER, body="theirs")
    assert bodies(twilio.messages.list(to=PHONE)) == ["mine"]
    assert bodies(twilio.messages.list(to=OTHER)) == ["theirs"]


def test_the_list_is_filtered_by_time_of_sending(send_finished: Send, twilio: Client) -> None:
    send_finished(body="now")
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    assert bodies(twilio.messages.list(date_sent_after=now - minute)) == ["now"]
    assert bodies(twilio.messages.list(date_sent_after=now + minute)) == []
    assert bodies(twilio.messages.list(date_sent_before=now + minute)) == ["now"]
    assert bodies(twilio.messages.list(date_sent_before=now - minute)) == []


def test_a_queued_message_has_no_date_of_sending_to_be_found_by(
    send: Send, twilio: Client, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    send(body="waiting")
    since = datetime.now(UTC) - timedelta(hours=1)
    assert bodies(twilio.messages.list(to=PHONE)) == ["waiting"]
    assert bodies(twilio.messages.list(to=PHONE, date_sent_after=since)) == []


def test_pages_follow_each_other_without_gap_or_repetition(send: Send, twilio: Client) -> None:
    for number in range(7):
        send(body=str(number))
    assert bodies(twilio.messages.list(page_size=3)) == ["6", "5", "4", "3", "2", "1", "0"]
    page = twilio.messages.page(page_size=3)
    assert bodies(list(page)) == ["6", "5", "4"]
    page = page.next_page()
    assert bodies(list(page)) == ["3", "2", "1"]
    page = page.next_page()
    assert bodies(list(page)) == ["0"]
    assert page.next_page() is None


def test_a_deleted_message_is_gone_but_stays_in_the_ledger(
    send_finished: Send, twilio: Client, simulator: Simulator
) -> None:
    sid = send_finished().sid
    assert twilio.messages(sid).delete()
    assert twilio.messages.list() == []
    with pytest.raises(TwilioRestException, match="not found"):
        twilio.messages(sid).fetch()
    assert [row["deleted"] for row in simulator.messages()] == [True]
