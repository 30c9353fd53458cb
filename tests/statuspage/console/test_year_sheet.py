"""A year on paper: every date once, in its column, marked by what it is."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.calendar.library import library_days
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    WEEKEND_DAY,
    WORKDAY,
    Calendar,
    Day,
    NotYetPublished,
    days_of,
)
from statuspage.console.sheets import WEEKDAYS, DayCell, months, special_runs

YEARS = range(2005, 2027)
KNOWN = Calendar(
    frozenset(YEARS), {day: what for year in YEARS for day, what in library_days(year).items()}
)


@given(st.sampled_from(YEARS))
def test_every_date_stands_once_and_under_its_weekday(year):
    seen = []
    for month in months(KNOWN, year):
        # The first day is put below its weekday, and seven follow in a row.
        for place, cell in enumerate(month.days, month.column - 1):
            assert cell.date.weekday() == place % len(WEEKDAYS)
            assert (cell.date.year, cell.date.month) == (year, month.first.month)
            seen.append(cell.date)
    assert seen == list(days_of(year))


@given(st.sampled_from(YEARS))
def test_the_lines_cover_every_special_day_and_nothing_else(year):
    covered = set()
    for run in special_runs(KNOWN, year):
        days = {day for day in days_of(year) if run.first <= day <= run.last}
        assert len(days) == run.length
        assert {KNOWN.day(day).kind for day in days} == {run.day.kind}
        assert not covered & days
        covered |= days
    assert covered == set(library_days(year))


def test_a_year_that_is_not_loaded_has_no_sheet():
    for draw in (months, special_runs):
        with pytest.raises(NotYetPublished):
            draw(KNOWN, 2027)


@pytest.mark.parametrize(
    ("day", "mark", "tone"),
    [
        (WORKDAY, "", ""),
        (WEEKEND_DAY, "", "weekend"),
        (Day(settles=True, kind=MAKE_UP_WORKDAY), "on", "make-up-workday"),
        (Day(settles=False, kind="statutory_holiday"), "off", "statutory-holiday"),
    ],
)
def test_holidays_and_make_up_days_carry_a_word_besides_their_colour(day, mark, tone):
    cell = DayCell(date(2026, 10, 10), day)
    with override("en"):
        assert str(cell.mark) == mark
    assert cell.tone == tone
    assert not cell.closed_on_make_up_day


def test_a_make_up_day_may_rest_all_the_same():
    assert DayCell(
        date(2026, 10, 10), Day(settles=False, kind=MAKE_UP_WORKDAY)
    ).closed_on_make_up_day
