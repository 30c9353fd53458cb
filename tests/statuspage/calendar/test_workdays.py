"""The calendar in memory: a day, whether it settles, and the next one that does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.calendar.library import library_days
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    STATUTORY_HOLIDAY,
    WEEKDAY,
    WEEKEND,
    Calendar,
    Day,
    NotInCalendar,
    NotYetPublished,
    days_of,
    ordinary,
    runs,
)

KNOWN = Calendar(frozenset({2025, 2026}), {**library_days(2025), **library_days(2026)})
DATES = st.dates(date(2025, 1, 1), date(2026, 12, 30))


@pytest.mark.parametrize(
    ("day", "kind", "settles", "name"),
    [
        (date(2026, 9, 30), WEEKDAY, True, None),
        (date(2026, 10, 1), STATUTORY_HOLIDAY, False, "国庆节"),
        (date(2026, 10, 3), STATUTORY_HOLIDAY, False, "国庆节"),  # a Saturday in the holiday
        (date(2026, 10, 10), MAKE_UP_WORKDAY, True, "国庆节调休上班"),
        (date(2026, 10, 11), WEEKEND, False, "周末"),
    ],
)
def test_a_day_is_what_the_calendar_says(day, kind, settles, name):
    found = KNOWN.day(day)
    assert (found.kind, found.settles, found.label.get("zh-hans")) == (kind, settles, name)
    assert KNOWN.settles(day) is settles


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 9, 30), date(2026, 10, 8)),  # over the whole of National Day
        (date(2026, 10, 9), date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 10), date(2026, 10, 12)),
        (date(2025, 12, 31), date(2026, 1, 4)),  # across the year's end, to a Sunday worked
    ],
)
def test_the_next_settling_day_is_strictly_after(day, following):
    assert KNOWN.next_settling(day) == following


@pytest.mark.parametrize(
    ("year", "why", "said"),
    [
        (1, NotInCalendar, "not in the calendar"),
        (2024, NotInCalendar, "not in the calendar"),
        (2027, NotYetPublished, "not yet published"),
        (9999, NotYetPublished, "not yet published"),
    ],
)
def test_a_year_that_is_not_loaded_has_no_days(year, why, said):
    with pytest.raises(NotYetPublished, match=said) as refusal:
        KNOWN.day(date(year, 3, 3))
    assert (type(refusal.value), refusal.value.year) == (why, year)


def test_a_gap_is_not_in_the_calendar_and_an_empty_one_waits_for_all():
    with pytest.raises(NotInCalendar):
        Calendar(frozenset({2023, 2025}), {}).next_settling(date(2023, 12, 31))
    with pytest.raises(NotYetPublished) as refusal:
        Calendar(frozenset(), {}).day(date(2025, 1, 1))
    assert not isinstance(refusal.value, NotInCalendar)


def test_a_search_does_not_leave_the_loaded_years():
    with pytest.raises(NotYetPublished) as refusal:
        KNOWN.next_settling(date(2026, 12, 31))
    assert refusal.value.year == 2027


def test_the_end_of_time_is_refused_as_well():
    last = Calendar(frozenset({9999}), {})
    with pytest.raises(NotYetPublished):
        last.next_settling(date.max)


@given(DATES)
def test_no_settling_day_is_passed_over(day):
    try:
        found = KNOWN.next_settling(day)
    except NotYetPublished:
        return
    assert found > day
    assert KNOWN.settles(found)
    between = [day + timedelta(days=one) for one in range(1, (found - day).days)]
    assert not any(KNOWN.settles(one) for one in between)


@given(DATES)
def test_a_day_without_a_fact_is_what_its_weekday_says(day):
    bare = Calendar(frozenset({2025, 2026}), {})
    assert bare.settles(day) is (day.isoweekday() < 6)
    assert bare.day(day) == ordinary(day)


def test_a_year_has_all_its_days():
    assert len(list(days_of(2024))) == 366
    assert list(days_of(2025))[-1] == date(2025, 12, 31)
    assert list(days_of(9999))[-1] == date.max


def test_runs_are_cut_at_gaps_and_where_the_kind_changes():
    rest, weekend = Day(settles=False, kind=STATUTORY_HOLIDAY), Day(settles=False, kind=WEEKEND)
    first = date(2026, 5, 1)
    days = [(first + timedelta(days=one), rest) for one in (0, 1, 2, 4)]
    days.append((first + timedelta(days=5), weekend))
    assert [len(run) for run in runs(days)] == [3, 1, 1]
    assert [len(run) for run in runs(days, of_one_kind=False)] == [3, 2]
    assert list(runs([])) == []
