"""Payloads of holidays by the library's calendar, made without a database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.utils.translation import override

from statuspage.calendar.library import library_days
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, Calendar, Day, days_between
from statuspage.lib.render_cache import saying_at
from statuspage.settlement.cycles import SHANGHAI, Cycle, Rule, calculate_arrival
from statuspage.settlement.holiday.whose import product_codes
from statuspage.settlement.schedules import Holiday, NoSuchHoliday, holiday_period, span_of

YEARS = range(2022, 2027)
DOMESTIC = {day: what for year in YEARS for day, what in library_days(year).items()}
# Foreign exchange rests on make-up days.
FX = {
    day: Day(settles=False, kind=what.kind, label=what.label)
    if what.kind == MAKE_UP_WORKDAY
    else what
    for day, what in DOMESTIC.items()
}
CALENDARS = {
    "domestic": Calendar(frozenset(YEARS), DOMESTIC),
    "fx": Calendar(frozenset(YEARS), FX),
}
NAMES = {
    "zh-hans": {"instant": "秒到", "foreign_card": "境外卡"},
    "en": {"instant": "Instant payout", "foreign_card": "Foreign cards"},
}
CODES = product_codes(
    (code, {language: names[code] for language, names in NAMES.items()}) for code in NAMES["en"]
)
# Cycle, calendar, category and product, as the demonstration has them.
RuleRow = tuple[str, str, tuple[tuple[str, str], ...]]
RULES: tuple[RuleRow, ...] = (
    ("T+1", "domestic", (("micro", ""),)),
    ("T+1", "fx", (("micro", "foreign_card"),)),
    ("D+1", "domestic", (("industry", ""),)),
    ("D+0", "domestic", (("industry", "instant"), ("micro", "instant"))),
    ("D+1", "fx", (("industry", "foreign_card"),)),
)


def every_holiday() -> Iterator[tuple[str, int]]:
    """Yield every holiday of 2023 to 2026 that the library names, with its year."""
    for year in range(2023, 2027):
        for holiday in Holiday.values:
            try:
                holiday_period(holiday, year, CALENDARS["domestic"])
            except NoSuchHoliday:
                continue
            yield holiday, year


@cache
def payload_of(
    holiday: str, year: int, rules: tuple[RuleRow, ...] = RULES, cutoff: str | None = "23:00"
) -> dict[str, Any]:
    """Return the payload that a notice about the holiday has by these rules."""
    period = holiday_period(holiday, year, CALENDARS["domestic"])
    days = [*days_between(*span_of(period, CALENDARS["domestic"]))]
    return {
        "holiday": holiday,
        "year": year,
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
        "make_up_days": [day.isoformat() for day in period.make_up_days],
        "table": {
            "columns": [_column(*rule, cutoff) for rule in rules],
            "rows": [
                {"date": day.isoformat(), "arrivals": [_arrival(day, *rule[:2]) for rule in rules]}
                for day in days
            ],
        },
    }


@contextmanager
def before_it(payload: dict[str, Any], language: str) -> Iterator[None]:
    """Say everything in that language, as nine days before the holiday."""
    at = datetime.combine(date.fromisoformat(payload["first_day"]), time(10), SHANGHAI)
    with override(language), saying_at(at - timedelta(days=9)):
        yield


def _column(
    cycle: str, profile: str, merchants: Sequence[tuple[str, str]], cutoff: str | None
) -> dict[str, Any]:
    return {
        "cycle": cycle,
        "cutoff": cutoff,
        "after_cutoff": "accounting_next_day" if cutoff else None,
        "profile": profile,
        "merchants": [{"category": one, "product": of} for one, of in merchants],
    }


def _arrival(day: date, cycle: str, profile: str) -> str:
    at = datetime.combine(day, time(), SHANGHAI)
    return calculate_arrival(Rule(Cycle.parse(cycle)), at, CALENDARS[profile]).arrival.isoformat()
