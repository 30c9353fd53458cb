"""A slow second reckoning of arrival dates, day by day, from docs/domain.md and ADR 49 alone.

It knows no Cycle, no Rule and no Calendar: a rule is a mapping of plain values, a calendar the set
of its open days. It never computes a date: it walks, asking of each day whether it is the one.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Terms = Mapping[str, Any]


def day_named(cycle: str, counted: date) -> date:
    """Walk from the accounting day to the day that a D, weekly or monthly cycle names."""
    kind, number = cycle.replace("D+", "D-").split("-")
    day, passed = counted, 0
    while kind == "D" and passed < int(number):
        day, passed = day + DAY, passed + 1
    while kind == "weekly" and (day.isocalendar()[:2] == counted.isocalendar()[:2]):
        day += DAY
    while kind == "weekly" and WEEKDAYS[day.weekday()] != number:
        day += DAY
    while kind == "monthly" and (day.year, day.month) == (counted.year, counted.month):
        day += DAY
    while kind == "monthly" and day.day != int(number) and (day + DAY).day != 1:
        day += DAY
    return day


def day_paid(cycle: str, counted: date, open_days: frozenset[date] | None) -> date:
    """Walk on to the day on which the cycle pays; None: every day pays."""
    if open_days is None:
        return day_named(cycle, counted)
    day, left = counted, 0
    if cycle[0] == "T":
        left = int(cycle[2:])
    else:
        day = day_named(cycle, counted)
    while left or day not in open_days:
        day += DAY
        left -= left > 0 and day in open_days
    return day


def paid(terms: Terms, at: datetime, base: Terms | None = None) -> tuple[date, time | None]:
    """Return the date, and the time of day that is promised; `at` is Beijing's clock."""
    late = terms["cutoff"] is not None and not at.time() < terms["cutoff"]
    if late and terms["after"] == "base_rule":
        assert base is not None
        return paid(base, at)
    fell = late and terms["after"] == "fallback_cycle"
    cycle = terms["fallback"] if fell else terms["cycle"]
    counted = at.date() + DAY if late and not fell else at.date()
    bound = cycle[0] != "D" or terms["rests"]
    day = day_paid(cycle, counted, terms["open_days"] if bound else None)
    if terms["within"] is None or fell:
        return day, terms["usual"]
    begins = datetime.combine(day, terms["opens"] or time())
    ends = max(at, begins) + terms["within"] * MINUTE
    if bound and ends.date() != day and ends.date() not in terms["open_days"]:
        day = day_paid("T+1", day, terms["open_days"])
        ends = datetime.combine(day, terms["opens"] or time()) + terms["within"] * MINUTE
    while ends.second or ends.microsecond:
        ends += timedelta(microseconds=1) if ends.microsecond else timedelta(seconds=1)
    return ends.date(), ends.time()
