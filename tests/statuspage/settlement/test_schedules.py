"""A holiday's table: which dates it covers, and what is wrong with one that a caller sends."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.calendar.library import library_days
from statuspage.calendar.workdays import Calendar, NotYetPublished, days_between
from statuspage.settlement.cycles import Cycle, Rule
from statuspage.settlement.schedules import Column, Holiday, NoSuchHoliday, holiday_period, span_of
from statuspage.settlement.sent_tables import ScheduleRow, row_problems

CALENDAR = Calendar(frozenset({2024, 2025}), {**library_days(2024), **library_days(2025)})
NATIONAL = holiday_period(Holiday.NATIONAL, 2025, CALENDAR)
RULE = Rule(Cycle.parse("T+1"))
DAYS = [*days_between(*span_of(NATIONAL, CALENDAR))]
COLUMN = Column(dict.fromkeys(DAYS, RULE), "domestic", CALENDAR, [("micro", "")])
ALL = {day: COLUMN.arrival(day) for day in DAYS}
GENERATED = [ScheduleRow(day, day, arrival) for day, arrival in ALL.items()]


def problems(rows: list[ScheduleRow]) -> list[str]:
    with override("en"):
        return list(row_problems(rows, ALL))


def test_a_generated_table_has_no_problems():
    assert problems(GENERATED) == []


@given(st.sampled_from(sorted(ALL)), st.sampled_from(["leave out", "double", "move"]))
def test_one_mistake_in_a_table_is_one_problem(day, mistake):
    rows = [row for row in GENERATED if mistake != "leave out" or row.first != day]
    if mistake == "double":
        rows.append(ScheduleRow(day, day, ALL[day]))
    if mistake == "move":
        rows = [
            ScheduleRow(row.first, row.last, row.arrival + timedelta(days=row.first == day))
            for row in rows
        ]
    (found,) = problems(rows)
    assert f"{day.day} {day:%b}" in found.replace("Sept", "Sep")


def test_a_row_of_several_dates_is_checked_date_by_date():
    wide = ScheduleRow(date(2025, 9, 30), date(2025, 10, 9), date(2025, 10, 9))
    others = [row for row in GENERATED if not wide.first <= row.first <= wide.last]
    (found,) = problems([*others, wide])
    assert found == (
        "By the calendar and the rules, the day for transactions of 9 Oct (Thu) is 10 Oct (Fri), "
        "not 9 Oct (Thu)."
    )


@pytest.mark.parametrize("year", [2024, 2025])
@pytest.mark.parametrize("holiday", Holiday.values)
def test_every_holidays_span_begins_and_ends_with_the_ordinary(holiday, year):
    if (holiday, year) == (Holiday.NEW_YEAR, 2024):
        with pytest.raises(NotYetPublished):  # it begins in 2023, which is not loaded here
            holiday_period(holiday, year, CALENDAR)
        return
    try:
        period = holiday_period(holiday, year, CALENDAR)
    except NoSuchHoliday:
        assert holiday == Holiday.MID_AUTUMN  # the library calls those days by National Day
        return
    first, last = span_of(period, CALENDAR)
    assert CALENDAR.settles(first)
    assert first < period.first <= period.last <= last
    assert not any(CALENDAR.settles(day) for day in days_between(period.first, period.last))
    assert all(CALENDAR.settles(day) and day.weekday() > 4 for day in period.make_up_days)
    assert CALENDAR.settles(last + timedelta(days=1))


def test_national_day_of_2025_has_its_make_up_days_on_both_sides():
    assert (NATIONAL.first, NATIONAL.last) == (date(2025, 10, 1), date(2025, 10, 8))
    assert list(NATIONAL.make_up_days) == [date(2025, 9, 28), date(2025, 10, 11)]
    assert span_of(NATIONAL, CALENDAR) == (date(2025, 9, 26), date(2025, 10, 12))
