"""Worked examples of a rule change: real dates before and after, for merchants and the approver."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import product as each_of
from operator import itemgetter
from typing import Any, Final

from django.utils import timezone

from statuspage.calendar.models import DOMESTIC
from statuspage.calendar.selectors import profile_of, promised_calendar
from statuspage.calendar.workdays import (
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    NotYetPublished,
    days_between,
    ordinary,
)
from statuspage.notices.fields import Payload
from statuspage.settlement.cycles import ONE_WEEK, SHANGHAI, NoBaseRule
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.reckoning import as_written, reckon
from statuspage.settlement.rule_change import new_rule
from statuspage.settlement.rules import EVERY_PRODUCT, product_of, rule_for
from statuspage.statements.canonical import Json
from statuspage.statements.times import iso

FRIDAY: Final = 4
BEFORE_CUTOFF: Final = time(22, 30)
AFTER_CUTOFF: Final = time(23, 30)
LAST_MINUTE: Final = time(23, 59)
# Holidays are at most four months apart.
LOOK_AHEAD: Final = timedelta(days=150)
# How many days a fallback is compared with the base rule.
COMPARED: Final = 40


def examples(payload: Payload, as_of: datetime | None = None) -> list[Json]:
    """Return what a few transactions arrive on, until now and by a completed payload."""
    moment = as_of or timezone.now()
    after, product = proposed(payload), payload["product"] or EVERY_PRODUCT
    found: list[Json] = []
    for at, holiday in _moments(payload, promised_calendar(DOMESTIC, moment)):
        held = rule_for(payload["category"], product, at, moment)
        found.append(
            {
                "at": iso(at),
                "holiday": dict(holiday),
                "before": _arrival(held, payload, at, moment) if held else None,
                "after": _arrival(after, payload, at, moment),
            }
        )
    return found


def proposed(payload: Payload) -> SettlementRule:
    """Return the rule of a completed payload, unsaved."""
    terms = new_rule(payload)
    closed = terms.pop("payout_calendar")
    product = product_of(terms["product"])
    return SettlementRule(
        **terms,
        payout_calendar=profile_of(closed) if closed else None,
        profile=product.profile if product else profile_of(DOMESTIC),
    )


def faster_than_base(payload: Payload, as_of: datetime) -> tuple[date, date, date] | None:
    """Return a transaction that the fallback would pay before the base rule; None if none is.

    With it come the date of the fallback and that of the base rule. It is made at the cut-off, or
    at the end of the day: by then the base rule may have its own cut-off behind it.
    """
    rule = proposed(payload)
    first = date.fromisoformat(payload["valid_from"])
    days = days_between(first, first + timedelta(days=COMPARED))
    for day, clock in each_of(days, (rule.cutoff or time(), LAST_MINUTE)):
        at = datetime.combine(day, clock, SHANGHAI)
        base = rule_for(rule.category, EVERY_PRODUCT, at, as_of)
        try:
            if base is None:
                return None
            mine = as_written(rule, product_of(rule.product), at, as_of).found.arrival
            ordinary = reckon(base, None, at, as_of).found.arrival
        except NotYetPublished:
            return None
        if mine < ordinary:
            return day, mine, ordinary
    return None


def _arrival(rule: SettlementRule, payload: Payload, at: datetime, moment: datetime) -> Json:
    """Return date, time of day, and which of payout and credit that is.

    Empty where the calendar or a base rule is missing.
    """
    product = product_of(payload["product"] or EVERY_PRODUCT)
    try:
        reckoned = reckon(rule, product, at, moment)
    except (NotYetPublished, NoBaseRule):
        return {}
    found, means = reckoned.found, str(reckoned.rule.date_means)
    clock = f"{found.clock:%H:%M}" if found.clock else None
    return {"day": found.arrival.isoformat(), "time": clock, "means": means}


def _moments(payload: Payload, calendar: Calendar) -> Iterable[tuple[datetime, dict[str, str]]]:
    """Return an evening in the week, a Friday's and its night, and the eve of the next holiday.

    Only the first shows a cut-off that moves: after a Friday, T+1 is Monday either way.
    """
    first = date.fromisoformat(payload["valid_from"])
    last = date.fromisoformat(payload["valid_until"] or (first + LOOK_AHEAD).isoformat())
    friday = _friday(first, calendar)
    day = friday if friday <= last else first
    found: dict[datetime, dict[str, str]] = {}
    for one, clock in (
        *((evening, _telling(payload)) for evening in _evening(first, last, friday, calendar)),
        (day, BEFORE_CUTOFF),
        (day, AFTER_CUTOFF),
    ):
        found[datetime.combine(one, clock, SHANGHAI)] = {}
    if eve := _eve(first, min(last, first + LOOK_AHEAD), calendar):
        found[datetime.combine(eve[0], BEFORE_CUTOFF, SHANGHAI)] = eve[1]
    return sorted(found.items(), key=itemgetter(0))


def _telling(payload: Payload) -> time:
    """Return a time of the evening at which a moved, new or dropped cut-off makes a difference."""
    was, becomes = (payload["before"] or {}).get("cutoff"), payload["cutoff"]
    if was == becomes:
        return BEFORE_CUTOFF
    first, *others = sorted(map(time.fromisoformat, filter(None, (was, becomes))))
    until = others[0] if others else time.max
    return BEFORE_CUTOFF if first <= BEFORE_CUTOFF < until else first


def _evening(first: date, last: date, friday: date, calendar: Calendar) -> Iterator[date]:
    """Yield the day nearest before that Friday, else after it, that settles as the next one does.

    None where the rule ends before.
    """
    before = reversed([*days_between(first, min(friday - ONE_DAY, last))])
    after = days_between(friday + ONE_DAY, min(friday + ONE_WEEK, last))
    for day in (*before, *after):
        if _settles(day, calendar) and _settles(day + ONE_DAY, calendar):
            yield day
            return


def _friday(first: date, calendar: Calendar) -> date:
    """Return the first Friday from that day on that settles; without a calendar, any Friday."""
    day = first + timedelta(days=(FRIDAY - first.weekday()) % 7)
    for later in (day + timedelta(weeks=number) for number in range(4)):
        if _settles(later, calendar):
            return later
    return day


def _settles(day: date, calendar: Calendar) -> bool:
    """Return whether the day settles; in a year that is not loaded, by its weekday."""
    return (calendar.day(day) if day.year in calendar.years else ordinary(day)).settles


def _eve(first: date, last: date, calendar: Calendar) -> tuple[date, dict[str, str]] | None:
    """Return the last settlement workday before the next holiday, and what that is called."""
    eve = None
    for day in days_between(first, last + ONE_DAY):
        if day.year not in calendar.years:
            return None
        what: Any = calendar.day(day)
        if what.kind == STATUTORY_HOLIDAY and eve:
            return eve, dict(what.label)
        if what.settles:
            eve = day
    return None
