"""Reading, redacting and deleting messages, with Twilio's own library."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE

Send = Callable[..., MessageInstance]
OTHER = "+8613900005678"


def bodies(messages: list[MessageInstance]) -> list[str | None]:
    return [message.body for message in messages]


def test_a_message_is_fetched_by_its_sid(send: Send, twilio: Client) -> None:
    assert twilio.messages(send(body="找我").sid).fetch().body == "找我"


def test_an_unknown_sid_is_not_found(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_the_list_is_newest_first(send: Send, twilio: Client) -> None:
    for body in ("1", "2", "3"):
        send(body=body)
    assert bodies(twilio.messages.list()) == ["3", "2", "1"]


def test_the_list_of_our_own_number_has_what_people_wrote(
    simulator: Simulator, send: Send, twilio: Client
) -> None:
    sender = send(body="from us").from_
    simulator.control("POST", "inbound", {"from": PHONE, "text": "from them"})
    assert bodies(twilio.messages.list(to=sender)) == ["from them"]


def test_an_empty_list_is_one_empty_page(twilio: Client) -> None:
    page = twilio.messages.page()
    assert list(page) == []
    assert page.next_page_url is None
    assert page.previous_page_url is None


def test_the_list_is_filtered_by_receiver(send: Send, twilio: Client) -> None:
    send(body="mine")
    send(to=OTHER, body="theirs")
    assert bodies(twilio.messages.list(to=PHONE)) == ["mine"]
    assert bodies(twilio.messages.list(to=OTHER)) == ["theirs"]


def test_the_list_is_filtered_by_sender(send: Send, twilio: Client) -> None:
    send(body="number")
    send(from_="Demo", body="name")
    assert bodies(twilio.messages.list(from_="Demo")) == ["name"]


def test_filters_join(send: Send, twilio: Client) -> None:
    send(body="a")
    send(to=OTHER, from_="Demo", body="b")
    send(from_="Demo", body="c")
    assert bodies(twilio.messages.list(to=PHONE, from_="Demo")) == ["c"]


def test_the_list_is_filtered_by_time_of_sending(send_finished: Send, twilio: Client) -> None:
    send_finished(body="now")
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    assert bodies(twilio.messages.list(date_sent_after=now - minute)) == ["now"]
    assert bodies(twilio.messages.list(date_sent_after=now + minute)) == []
    assert bodies(twilio.messages.list(date_sent_before=now + minute)) == ["now"]
    assert bodies(twilio.messages.list(date_sent_before=now - minute)) == []


def test_the_list_is_filtered_by_day_of_sending(send_finished: Send, twilio: Client) -> None:
    send_finished(body="today")
    today = twilio.messages.list()[0].date_sent.date()
    yesterday = today - timedelta(days=1)
    assert bodies(twilio.messages.list(date_sent=str(today))) == ["today"]
    assert bodies(twilio.messages.list(date_sent=str(yesterday))) == []
    # "On or before" and "on or after" a day mean the whole day.
    assert bodies(twilio.messages.list(date_sent_before=str(today))) == ["today"]
    assert bodies(twilio.messages.list(date_sent_after=str(today))) == ["today"]
    assert bodies(twilio.messages.list(date_sent_before=str(yesterday))) == []


def test_a_date_object_means_its_midnight(send_finished: Send, twilio: Client) -> None:
    send_finished(body="x")
    assert bodies(twilio.messages.list(date_sent_after=date(2020, 1, 1))) == ["x"]


def test_a_queued_message_has_no_date_of_sending_to_be_found_by(
    send: Send, twilio: Client, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    send(body="waiting")
    since = datetime.now(UTC) - timedelta(hours=1)
    assert bodies(twilio.messages.list(to=PHONE)) == ["waiting"]
    assert bodies(twilio.messages.list(to=PHONE, date_sent_after=since)) == []


def test_a_date_that_is_none_is_refused(twilio: Client) -> None:
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        twilio.messages.list(date_sent="yesterday")


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


def test_pages_lead_back(send: Send, twilio: Client) -> None:
    for number in range(5):
        send(body=str(number))
    first = twilio.messages.page(page_size=2)
    back = first.next_page().next_page().previous_page()
    assert bodies(list(back)) == ["2", "1"]
    front = back.previous_page()
    assert bodies(list(front)) == ["4", "3"]
    assert front.previous_page() is None


def test_pages_keep_their_filters(send: Send, twilio: Client) -> None:
    for number in range(4):
        send(body=f"mine {number}")
        send(to=OTHER, body="theirs")
    found = twilio.messages.list(to=PHONE, page_size=1)
    assert bodies(found) == ["mine 3", "mine 2", "mine 1", "mine 0"]


def test_a_message_that_comes_between_two_pages_shifts_nothing(send: Send, twilio: Client) -> None:
    for number in range(4):
        send(body=str(number))
    page = twilio.messages.page(page_size=2)
    send(body="late")
    assert bodies(list(page.next_page())) == ["1", "0"]


def test_a_page_by_its_number_alone(send: Send, twilio: Client) -> None:
    for number in range(5):
        send(body=str(number))
    assert bodies(list(twilio.messages.page(page_size=2, page_number=1))) == ["2", "1"]


def test_a_page_says_where_it_is(send: Send, twilio: Client) -> None:
    for number in range(3):
        send(body=str(number))
    page = twilio.messages.page(page_size=2).next_page()
    payload = page._payload
    assert (payload["page"], payload["page_size"]) == (1, 2)
    assert (payload["start"], payload["end"]) == (2, 2)
    assert payload["first_page_uri"].endswith("PageSize=2&Page=0")


def test_fifty_are_on_a_page_by_default(send: Send, twilio: Client) -> None:
    for number in range(51):
        send(body=str(number))
    assert len(list(twilio.messages.page())) == 50


def test_an_unknown_page_token_is_refused(twilio: Client) -> None:
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        twilio.messages.page(page_token="PASM123")


def test_the_body_of_a_finished_message_is_redacted(send_finished: Send, twilio: Client) -> None:
    sid = send_finished(body="secret").sid
    assert twilio.messages(sid).update(body="").body == ""
    assert twilio.messages(sid).fetch().body == ""


def test_a_message_under_way_is_neither_redacted_nor_deleted(
    send: Send, twilio: Client, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    message = twilio.messages(send().sid)
    for change in (lambda: message.update(body=""), message.delete):
        with pytest.raises(TwilioRestException) as caught:
            change()
        assert (caught.value.status, caught.value.code) == (409, 20009)


def test_a_waiting_message_is_cancelled_and_never_sent(
    send: Send, twilio: Client, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 1000})
    sid = send(body="cancel me").sid
    assert twilio.messages(sid).update(status="canceled").status == "canceled"
    send(body="sent later")
    simulator.wait_for(lambda rows: rows[1]["status"] == "delivered")
    assert twilio.messages(sid).fetch().status == "canceled"


def test_a_deleted_message_is_gone_but_stays_in_the_ledger(
    send_finished: Send, twilio: Client, simulator: Simulator
) -> None:
    sid = send_finished().sid
    assert twilio.messages(sid).delete()
    assert twilio.messages.list() == []
    with pytest.raises(TwilioRestException, match="not found"):
        twilio.messages(sid).fetch()
    assert [row["deleted"] for row in simulator.messages()] == [True]
