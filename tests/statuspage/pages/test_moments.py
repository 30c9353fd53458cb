"""Times and spans in words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from statuspage.pages.templatetags import pages as moments
from tests.statuspage.pages.story import NOW


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


def test_a_moment_is_shown_in_beijing_and_marked_up_in_utc() -> None:
    html = moments.moment(datetime(2025, 2, 21, 2, 42, tzinfo=UTC))
    assert html == '<time datetime="2025-02-21T02:42:00.000Z">21 Feb, 10:42</time>'


def test_late_evening_in_utc_is_the_next_morning_in_beijing() -> None:
    assert "22 Feb, 06:00" in moments.moment(datetime(2025, 2, 21, 22, 0, tzinfo=UTC))


def test_another_year_is_named() -> None:
    assert "31 Dec 2024, 09:00" in moments.moment(datetime(2024, 12, 31, 1, 0, tzinfo=UTC))
    assert moments.day(date(2024, 12, 31)) == '<time datetime="2024-12-31">31 Dec 2024</time>'


def test_new_years_eve_in_utc_is_the_new_year_in_beijing() -> None:
    assert ">1 Jan, 00:30<" in moments.moment(datetime(2024, 12, 31, 16, 30, tzinfo=UTC))


def test_todays_time_needs_no_date() -> None:
    assert ">14:30<" in moments.clock(NOW)
    assert ">22 Feb, 14:30<" in moments.clock(NOW + timedelta(days=1))


def test_the_end_of_a_span_repeats_no_day() -> None:
    assert ">16:30<" in moments.until(NOW + timedelta(hours=2), NOW)
    assert ">22 Feb, 00:30<" in moments.until(NOW + timedelta(hours=10), NOW)


def test_an_end_at_midnight_is_of_the_day_that_ends() -> None:
    midnight = datetime(2025, 2, 21, 16, 0, tzinfo=UTC)
    assert ">24:00<" in moments.until(midnight, NOW)
    assert ">24:00 on 21 Feb<" in moments.until(midnight, NOW - timedelta(days=1))
    assert moments.end(midnight) == (
        '<time datetime="2025-02-21T16:00:00.000Z">24:00 on 21 Feb</time>'
    )


def test_a_day_and_a_month() -> None:
    assert moments.day(date(2025, 2, 5)) == '<time datetime="2025-02-05">5 Feb</time>'
    assert moments.month(date(2025, 2, 1)) == "February 2025"


def test_minutes_with_a_fraction_are_a_span() -> None:
    assert moments.minutes(183.5) == "3 h 4 min"


def test_a_span_is_told_in_its_two_largest_units(subtests: pytest.Subtests) -> None:
    for span, words in [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=2, hours=5, minutes=59), "2 d 5 h"),
        (timedelta(days=2, minutes=5), "2 d 5 min"),
        (timedelta(days=400), "400 d"),
    ]:
        with subtests.test(span=span, words=words):
            assert moments.duration(span) == words
