"""The live bar: how fast, how long still, and one count for however many are watching."""

import time
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisIsAway

from notifications.delivery.models import Broadcast, Delivery, DeliveryCount
from statuspage.console.broadcasts import Progress
from statuspage.console.shared import last, shared
from statuspage.statements.models import Statement
from tests.notifications.delivery.rows import deliver, finished, statement
from tests.statuspage.console.browser import signed_in, signed_in_at, words

# After everything here has become due, and before those who are signed in would be so no more.
START = time.time() + 3600


@pytest.fixture
def said(db: None) -> Statement:
    """Return a statement that is being sent."""
    found = statement()
    Broadcast.objects.filter(pk=found.number).update(state="sending")
    return found


def look(said: Statement) -> Progress:
    """Return what somebody sees who looks now."""
    cache.delete(f"progress:{said.number}:fresh")
    return Progress.shared(Broadcast.objects.get(pk=said.number))


def send(count: int) -> None:
    """So many messages go out."""
    chosen = Delivery.objects.filter(state="pending").values("pk")[:count]
    Delivery.objects.filter(pk__in=[*chosen.values_list("pk", flat=True)]).update(state="sent")


class TestPace:
    def test_the_rate_is_what_went_out_between_two_looks(self, said: Statement) -> None:
        for _ in range(10):
            deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            assert look(said).rate == 0
            send(6)
            clock.shift(2)
            assert look(said).rate == pytest.approx(3.0)

    def test_the_rate_is_that_of_the_last_ten_seconds(self, said: Statement) -> None:
        for _ in range(30):
            deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            send(20)
            clock.shift(8)
            look(said)
            clock.shift(8)
            send(2)
            assert look(said).rate == pytest.approx(0.25)

    def test_an_answer_that_turns_out_unknown_was_tried_too(self, said: Statement) -> None:
        deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            Delivery.objects.update(state="unknown")
            clock.shift(1)
            assert look(said).rate == pytest.approx(1.0)

    def test_what_is_put_back_is_no_negative_rate(self, said: Statement) -> None:
        deliver(said, "failed")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            Delivery.objects.update(state="pending")
            clock.shift(1)
            assert look(said).rate == 0

    def test_the_time_left_follows_from_the_rate(self, said: Statement) -> None:
        for _ in range(40):
            deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            send(1)
            clock.shift(5)
            seen = look(said)
        assert seen.rate == pytest.approx(0.2)
        assert seen.minutes_left == 4  # 39 messages at 0.2 a second are 195 seconds

    def test_no_time_is_guessed_while_recipients_are_still_being_found(
        self, said: Statement
    ) -> None:
        Broadcast.objects.filter(pk=said.number).update(state="expanding")
        deliver(said, "pending")
        deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            send(1)
            clock.shift(1)
            seen = look(said)
        assert seen.rate == pytest.approx(1.0)
        assert seen.minutes_left is None

    def test_a_finished_broadcast_has_neither_rate_nor_time_left(self, said: Statement) -> None:
        deliver(said, "pending")
        with time_machine.travel(START, tick=False) as clock:
            look(said)
            send(1)
            finished(said)
            clock.shift(1)
            seen = look(said)
        assert (seen.rate, seen.minutes_left) == (0, None)

    def test_rate_and_time_left_are_said_in_words(self, author: Client, said: Statement) -> None:
        for _ in range(40):
            deliver(said, "pending")
        path = f"/console/broadcasts/{said.number}/progress/"
        with signed_in_at(author, START) as clock:
            assert "messages per second" not in words(author.get(path))
            send(1)
            clock.shift(5)
            cache.delete(f"progress:{said.number}:fresh")
            page = words(author.get(path))
            assert "0.2 messages per second" in page
            assert "about 4 minutes left" in page
            send(38)
            clock.shift(2)
            cache.delete(f"progress:{said.number}:fresh")
            assert "less than a minute left" in words(author.get(path))


class TestSharing:
    def counts(self, captured: CaptureQueriesContext) -> int:
        return sum(
            "count(" in one["sql"].lower() and "delivery_delivery" in one["sql"] for one in captured
        )

    def test_many_who_watch_cost_one_count(self, said: Statement) -> None:
        deliver(said, "pending")
        watchers = [signed_in() for _ in range(5)]
        with CaptureQueriesContext(connection) as captured:
            for one in watchers:
                page = words(one.get(f"/console/broadcasts/{said.number}/progress/"))
                assert "<strong>0</strong> / 1" in page
        # By state, and of those that wait: each once.
        assert self.counts(captured) == 2

    def test_after_a_second_somebody_counts_again(self, said: Statement) -> None:
        broadcast = Broadcast.objects.get(pk=said.number)
        deliver(said, "pending")
        assert Progress.shared(broadcast).total == 1
        deliver(said, "pending")
        assert look(said).total == 2

    def test_the_figure_is_kept_for_a_second_only(self, db: None) -> None:
        shared("figure", 1, lambda: 1)
        assert 0 < cache._cache.get_client().ttl(cache.make_key("figure:fresh")) <= 1

    def test_while_one_counts_the_others_read_the_last_figure(self, db: None) -> None:
        shared("figure", 1, lambda: 1)
        cache.delete("figure:fresh")

        def slowly() -> int:
            assert shared("figure", 1, lambda: 3) == 1
            return 2

        assert shared("figure", 1, slowly) == 2
        assert last("figure") == 2

    def test_who_comes_while_the_first_one_ever_counts_counts_too(self, db: None) -> None:
        assert shared("figure", 1, lambda: shared("figure", 1, lambda: 3)) == 3

    def test_nothing_counted_is_a_figure_as_well(self, db: None) -> None:
        assert shared("figure", 1, lambda: 0) == 0
        assert shared("figure", 1, lambda: 1) == 0

    def test_without_redis_everyone_counts(
        self, author: Client, said: Statement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_arguments: Any, **_values: Any) -> None:
            raise RedisIsAway

        for name in ("add", "get", "set"):
            monkeypatch.setattr(type(cache._cache), name, away)
        deliver(said, "pending")
        answer = author.get(f"/console/broadcasts/{said.number}/progress/")
        assert "<strong>0</strong> / 1" in words(answer)
        assert last("progress:1") is None


def test_a_broadcast_of_long_ago_shows_what_was_folded(author: Client, said: Statement) -> None:
    finished(said)
    DeliveryCount.objects.create(
        broadcast_id=said.number,
        channel="sms",
        state="delivered",
        count=1_234_567,
        segments=1_234_567,
        within_one_minute=0,
        within_five_minutes=0,
    )
    page = words(author.get(f"/console/broadcasts/{said.number}/"))
    assert "<strong>1,234,567</strong> / 1,234,567" in page
    assert "<dd>1,234,567</dd>" in page
    assert "hx-get" not in page
