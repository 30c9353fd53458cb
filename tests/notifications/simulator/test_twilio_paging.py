"""Twilio's message list: pages that stay where they are, and DateSent in every form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.store import Message, Provider
from notifications.simulator.testing import Simulator
from notifications.simulator.twilio_errors import TwilioError
from notifications.simulator.twilio_list import Page
from tests.notifications.simulator.conftest import PHONE

Send = Callable[..., MessageInstance]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sent(at: datetime | None, number: int = 0) -> Message:
    moment = None if at is None else at.timestamp()
    return Message(f"SM{number}", Provider.TWILIO, PHONE, "", "x", "delivered", sent_at=moment)


def found(rows: list[Message], **filters: str) -> list[Message]:
    query = {
        name.replace("until", "DateSent<").replace("since", "DateSent>"): value
        for name, value in filters.items()
    }
    messages: list[Message] = Page.read(query).body("/path", reversed(rows))["messages"]
    return messages


def bodies(page: Any) -> list[str]:
    return [message.body for message in page]


def test_new_messages_shift_no_page_however_many_come(send: Send, twilio: Client) -> None:
    for number in range(6):
        send(body=str(number))
    page, seen = twilio.messages.page(page_size=2), []
    while page is not None:
        seen += bodies(page)
        send(body="late")
        send(body="later")
        page = page.next_page()
    assert seen == ["5", "4", "3", "2", "1", "0"]


def test_a_page_read_again_is_the_same_page(send: Send, twilio: Client) -> None:
    for number in range(5):
        send(body=str(number))
    page = twilio.messages.page(page_size=2).next_page()
    url = twilio.messages.page(page_size=2).next_page_url
    send(body="late")
    assert bodies(twilio.messages.get_page(url)) == bodies(page) == ["2", "1"]


def test_going_back_leads_to_what_came_meanwhile(send: Send, twilio: Client) -> None:
    for number in range(4):
        send(body=str(number))
    second = twilio.messages.page(page_size=2).next_page()
    send(body="late")
    back = second.previous_page()
    assert bodies(back) == ["3", "2"]
    front = back.previous_page()
    assert front is not None
    assert "late" in bodies(front)


def test_the_first_page_has_none_before_it_and_the_last_none_after(
    send: Send, twilio: Client
) -> None:
    for number in range(4):
        send(body=str(number))
    first = twilio.messages.page(page_size=2)
    last = first.next_page()
    assert first._payload["previous_page_uri"] is None
    assert first._payload["next_page_uri"] is not None
    assert last._payload["next_page_uri"] is None
    assert last._payload["previous_page_uri"] is not None


def test_uris_of_pages_keep_filters_and_size(send: Send, twilio: Client) -> None:
    for number in range(5):
        send(body=str(number), from_="Demo Pay")
    page = twilio.messages.page(to=PHONE, from_="Demo Pay", page_size=2).next_page()
    uris = [page._payload[f"{name}_page_uri"] for name in ("first", "next", "previous")]
    for uri in [*uris, page._payload["uri"]]:
        assert "To=%2B8613800001234" in uri
        assert "From=Demo+Pay" in uri
        assert "PageSize=2" in uri


def test_a_limit_ends_the_stream_early(send: Send, twilio: Client) -> None:
    for number in range(5):
        send(body=str(number))
    assert bodies(twilio.messages.stream(limit=3, page_size=2)) == ["4", "3", "2"]


@pytest.mark.parametrize(("asked", "given_"), [("0", 1), ("1", 1), ("1000", 1000), ("9999", 1000)])
def test_a_page_is_from_one_to_a_thousand(asked: str, given_: int) -> None:
    assert Page.read({"PageSize": asked}).size == given_


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("2026-11-23", "2026-11-23T00:00:00+00:00", "2026-11-23T23:59:59+00:00"),
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.9+00:00"),
        ("2026-11-23T20:00:00+08:00", "2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.9+00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.9+00:00"),
        ("2026-11-23 12:00:00Z", "2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.9+00:00"),
    ],
)
def test_a_date_of_sending_in_every_form(query: str, first: str, last: str) -> None:
    moment = timedelta(microseconds=100_000)
    begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    inside = [sent(begin, 1), sent(end, 2)]
    outside = [sent(begin - moment, 3), sent(end + timedelta(seconds=1), 4), sent(None, 5)]
    assert found([*inside, *outside], DateSent=query) == [inside[1], inside[0]]


@pytest.mark.parametrize("query", ["2026-11-23", "2026-11-23T12:00:00Z"])
def test_until_and_since_include_the_moment_itself(query: str) -> None:
    row = sent(NOON)
    assert found([row], until=query) == [row]
    assert found([row], since=query) == [row]


def test_until_and_since_make_a_span() -> None:
    rows = [sent(NOON + timedelta(hours=hours), hours) for hours in range(6)]
    chosen = found(rows, since="2026-11-23T13:00:00Z", until="2026-11-23T15:00:00Z")
    assert [row.sid for row in chosen] == ["SM3", "SM2", "SM1"]


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_the_same_in_every_time_zone(naive: datetime, minutes: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=UTC)
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    row = sent(moment)
    second = timedelta(seconds=1)
    assert found([row], DateSent=there.isoformat()) == [row]
    assert found([row], since=(there + second).isoformat()) == []
    assert found([row], until=(there - second).isoformat()) == []


@settings(deadline=None)
@given(st.text(max_size=30).filter(bool))
def test_a_date_finds_nothing_or_is_refused(text: str) -> None:
    refusals: list[int] = []
    try:
        assert found([sent(None)], DateSent=text) == []
    except TwilioError as error:
        refusals.append(error.code)
    assert refusals in ([], [20001])


def test_messages_that_wait_are_found_by_their_receiver_alone(
    send: Send, twilio: Client, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    send(body="waits")
    assert bodies(twilio.messages.list(to=PHONE)) == ["waits"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert bodies(twilio.messages.list(date_sent_before=tomorrow)) == []


def test_a_deleted_message_leaves_no_hole(send_finished: Send, twilio: Client) -> None:
    sids = [send_finished(body=str(number)).sid for number in range(4)]
    twilio.messages(sids[2]).delete()
    assert bodies(twilio.messages.page(page_size=2)) == ["3", "1"]
    assert bodies(twilio.messages.list(page_size=2)) == ["3", "1", "0"]


@settings(deadline=None)
@given(st.integers(1, 25), st.integers(1, 8), st.lists(st.integers(0, 3), max_size=30))
def test_pages_miss_and_repeat_nothing_while_messages_come(
    count: int, size: int, arriving: list[int]
) -> None:
    rows = [sent(NOON, number) for number in range(count)]
    query: dict[str, str] | None = {"PageSize": str(size)}
    seen: list[str] = []
    late = iter(arriving)
    while query is not None:
        page = Page.read(query).body("/path", reversed(rows))
        seen += [row.sid for row in page["messages"]]
        rows += [sent(NOON, len(rows) + more) for more in range(next(late, 0))]
        uri = page["next_page_uri"]
        query = dict(pair.split("=") for pair in uri.split("?")[1].split("&")) if uri else None
    assert seen == [f"SM{number}" for number in reversed(range(count))]
