"""A holiday's table from the calendar and the rules as they are known at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.cycles import Rule
from statuspage.settlement.prose import days_between
from statuspage.settlement.rules.models import Product
from statuspage.settlement.rules.selectors import EVERY_PRODUCT, products, rules_on
from statuspage.settlement.rules.services import DOMESTIC
from statuspage.settlement.schedules import Column, Stay, span_of, stay_of

Merchants = tuple[str, str]
# A rule, and the code of the calendar by which it is reckoned.
Held = tuple[Rule, str]
ByDay = Mapping[date, Mapping[Merchants, Held]]


class NoRules(Exception):
    """No settlement rule is in force on those dates."""


@dataclass(frozen=True)
class Plan:
    """A holiday, the transaction dates that its notice covers, and a column for each cycle."""

    stay: Stay
    days: Sequence[date]
    columns: Sequence[Column]
    profile: str = DOMESTIC

    @property
    def first(self) -> date:
        """The first transaction date covered."""
        return self.days[0]


def plan_of(holiday: str, year: int, as_of: datetime | None = None) -> Plan:
    """The plan for a holiday of that year, by the domestic calendar.

    Raises:
        NotYetPublished: it depends on a year that is not loaded.
        NoSuchHoliday: the year has none of that name.
        NoRules: none is in force.
    """
    calendar = calendar_of(DOMESTIC, as_of)
    stay = stay_of(holiday, year, calendar)
    days = list(days_between(*span_of(stay, calendar)))
    abroad = list(products().exclude(profile__code=DOMESTIC))
    rules = {day: _held(day, abroad, as_of) for day in days}
    columns = _columns(rules, as_of)
    if not columns:
        raise NoRules
    for column in columns:  # refuse here, and not while a page is being made
        column.arrival(days[-1])
    return Plan(stay, days, columns)


def _held(day: date, abroad: Iterable[Product], as_of: datetime | None) -> dict[Merchants, Held]:
    """The rules of a day; a product that has none of its own still brings its own calendar."""
    held: dict[Merchants, Held] = {}
    for one in rules_on(day, as_of):
        held[one.category, one.product] = one.rule, one.profile.code
        if one.product == EVERY_PRODUCT:
            for product in abroad:
                held.setdefault((one.category, product.code), (one.rule, product.profile.code))
    return held


def _columns(rules: ByDay, as_of: datetime | None) -> list[Column]:
    """Merchants whose rules are the same on every one of the dates share a column."""
    alike: dict[tuple[object, ...], list[Merchants]] = {}
    first, *others = rules.values()
    for merchants, (_rule_then, profile) in first.items():
        if all(merchants in one for one in others):
            key = (profile, *(one[merchants][0] for one in rules.values()))
            alike.setdefault(key, []).append(merchants)
    profiles = {str(key[0]) for key in alike}
    calendars = {profile: calendar_of(profile, as_of) for profile in profiles}
    return [
        Column(partial(_rule, rules, found[0]), str(key[0]), calendars[str(key[0])], sorted(found))
        for key, found in sorted(alike.items(), key=_order)
    ]


def _rule(rules: ByDay, merchants: Merchants, day: date) -> Rule:
    return rules[day][merchants][0]


def _order(column: tuple[tuple[object, ...], list[Merchants]]) -> tuple[bool, str]:
    """The cycles that a holiday changes stand first."""
    (profile, rule, *_others), _merchants = column
    return not str(rule).startswith("T"), f"{profile} {rule}"
