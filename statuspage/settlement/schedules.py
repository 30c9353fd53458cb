"""Holiday schedules: for every transaction date around a holiday, when the money arrives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.models import DOMESTIC
from statuspage.calendar.selectors import promised_calendar
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    NotYetPublished,
    days_between,
    days_of,
)
from statuspage.notices.models import Product
from statuspage.settlement.cycles import SHANGHAI, Rule, calculate_arrival
from statuspage.settlement.models import DateMeans
from statuspage.settlement.reckoning import calendar_profile
from statuspage.settlement.rules import EVERY_PRODUCT, products, rules_on

# Make-up days lie within two weeks of their holiday (State Council's notices, 2018 to 2026).
MAKE_UP_WITHIN: Final = timedelta(days=16)

# Category and product; a rule, the code of the calendar by which it is reckoned, and whether its
# dates are those of the payout.
Merchants = tuple[str, str]
Held = tuple[Rule, str, bool]


class Holiday(TextChoices):
    """The statutory holidays."""

    NEW_YEAR = "new_year", _("New Year's Day")
    SPRING_FESTIVAL = "spring_festival", _("Spring Festival")
    TOMB_SWEEPING = "tomb_sweeping", _("Tomb-Sweeping Day")
    LABOUR = "labour_day", _("Labour Day")
    DRAGON_BOAT = "dragon_boat", _("Dragon Boat Festival")
    MID_AUTUMN = "mid_autumn", _("Mid-Autumn Festival")
    NATIONAL = "national_day", _("National Day")


# As the calendar labels its days.
NAMES: Final[Mapping[str, str]] = {
    Holiday.NEW_YEAR: "元旦",
    Holiday.SPRING_FESTIVAL: "春节",
    Holiday.TOMB_SWEEPING: "清明节",
    Holiday.LABOUR: "劳动节",
    Holiday.DRAGON_BOAT: "端午节",
    Holiday.MID_AUTUMN: "中秋节",
    Holiday.NATIONAL: "国庆节",
}


class NotLoaded(NotYetPublished):
    """A year that is in the domestic calendar is missing in the one with the code `profile`."""

    def __init__(self, year: int, profile: str) -> None:
        super().__init__(year)
        self.profile = profile


class NoSuchHoliday(Exception):
    """The calendar of that year has no day of that name."""


@dataclass(frozen=True)
class HolidayPeriod:
    """A holiday in the calendar: its days of rest, and the weekend days worked in exchange."""

    first: date
    last: date
    make_up_days: Sequence[date]


@dataclass(frozen=True)
class Column:
    """Merchants whose money arrives on the same dates: their rules by transaction date."""

    rules: Mapping[date, Rule]
    profile: str
    calendar: Calendar
    merchants: Sequence[Merchants]
    # True where the rule promises the payout, and not the credit at the bank.
    paid_out: bool = False

    def arrival(self, day: date) -> date:
        """Return when a transaction at the beginning of that day arrives.

        Raises:
            NotYetPublished: that depends on a year that is not loaded.
        """
        return self.reckoner(day)(self.calendar)

    def reckoner(self, day: date) -> Callable[[Calendar], date]:
        """Return a function that gives this date by any calendar."""
        begins = datetime.combine(day, time(), SHANGHAI)
        return lambda calendar: calculate_arrival(self.rules[day], begins, calendar).arrival


@dataclass(frozen=True)
class Plan:
    """A holiday, the transaction dates that its notice covers, and a column for each cycle."""

    period: HolidayPeriod
    days: Sequence[date]
    columns: Sequence[Column]


def plan_of(holiday: str, year: int, as_of: datetime | None = None) -> Plan:
    """Return the plan for a holiday of that year, by the calendar and rules known at a moment.

    Raises:
        NotYetPublished: it depends on a year that is not loaded.
        NotLoaded: only another calendar than the domestic one lacks that year.
        NoSuchHoliday: the year has none of that name.
        ValidationError: no rule is in force on those dates.
    """
    calendar = promised_calendar(DOMESTIC, as_of)
    period = holiday_period(holiday, year, calendar)
    days = list(days_between(*span_of(period, calendar)))
    abroad = list(products().exclude(profile__code=DOMESTIC))
    columns = _columns({day: _held(day, abroad, as_of) for day in days}, as_of)
    if not columns:
        raise ValidationError(_("No settlement rule applies in that period."), code="rules")
    for column in columns:  # refuse here, and not while a page is being made
        _check_known(column, days[-1], calendar)
    return Plan(period, days, columns)


def _check_known(column: Column, day: date, domestic: Calendar) -> None:
    """Raise NotYetPublished where the date cannot be told, by whose calendar it cannot."""
    try:
        column.arrival(day)
    except NotYetPublished as error:
        # The State Council has published that year: the operator's own other calendar lacks it.
        if column.profile == DOMESTIC or error.year not in domestic.years:
            raise
        raise NotLoaded(error.year, column.profile) from error


def holiday_period(holiday: str, year: int, calendar: Calendar) -> HolidayPeriod:
    """Return the days of a holiday, including adjoining days of rest of any name.

    Raises:
        NoSuchHoliday: the year has none of that name.
        NotYetPublished: the year, or one that it runs into, is not loaded.
    """
    name = NAMES[holiday]
    labelled = (
        day for day in days_of(year) if _rests(calendar, day) and name in _names(calendar, day)
    )
    anchor = next(labelled, None)
    if anchor is None:
        raise NoSuchHoliday
    first = last = anchor
    while _rests(calendar, first - ONE_DAY):
        first -= ONE_DAY
    while _rests(calendar, last + ONE_DAY):
        last += ONE_DAY
    names = {name} | {part for day in days_between(first, last) for part in _names(calendar, day)}
    near = days_between(first - MAKE_UP_WITHIN, last + MAKE_UP_WITHIN)
    return HolidayPeriod(first, last, [day for day in near if _makes_up(calendar, day, names)])


def stretches(year: int, calendar: Calendar) -> list[tuple[HolidayPeriod, list[Holiday]]]:
    """Return each stretch of days off that is known, in order, with the holidays that lie in it."""
    found: dict[date, tuple[HolidayPeriod, list[Holiday]]] = {}
    for holiday in Holiday:
        try:
            period = holiday_period(holiday, year, calendar)
        except (NoSuchHoliday, NotYetPublished):
            continue
        found.setdefault(period.first, (period, []))[1].append(holiday)
    return [found[day] for day in sorted(found)]


def has_days(holiday: str, year: int, calendar: Calendar) -> bool:
    """Return whether a day off of that year bears the holiday's name.

    Raises:
        NotYetPublished: the year is not loaded.
    """
    name = NAMES[holiday]
    return any(_rests(calendar, day) and name in _names(calendar, day) for day in days_of(year))


def span_of(period: HolidayPeriod, calendar: Calendar) -> tuple[date, date]:
    """Return the transaction dates that a notice must cover.

    They begin with the last settlement workday before anything is unusual (the Friday that real
    notices forget), and end with the last day before everything is as always.

    Raises:
        NotYetPublished: that runs into a year that is not loaded.
    """
    last = max([period.last, *period.make_up_days])
    return opening_day(period, calendar), calendar.next_settling(last) - ONE_DAY


def opening_day(period: HolidayPeriod, calendar: Calendar) -> date:
    """Return the first transaction date of a holiday's table.

    Raises:
        NotYetPublished: it would be in a year that is not loaded.
    """
    first = min([period.first, *period.make_up_days]) - ONE_DAY
    while not calendar.settles(first):
        first -= ONE_DAY
    return first


def _held(day: date, abroad: Iterable[Product], as_of: datetime | None) -> dict[Merchants, Held]:
    """Return a day's rules; a product without one of its own still brings its own calendar."""
    held: dict[Merchants, Held] = {}
    for one in rules_on(day, as_of):
        paid_out = one.date_means == DateMeans.PAYOUT
        held[one.category, one.product] = one.rule, calendar_profile(one, None).code, paid_out
        if one.product == EVERY_PRODUCT:
            for product in abroad:
                code = calendar_profile(one, product).code
                held.setdefault((one.category, product.code), (one.rule, code, paid_out))
    return held


def _columns(held: Mapping[date, Mapping[Merchants, Held]], as_of: datetime | None) -> list[Column]:
    """Return the columns; merchants whose rules agree on every one of the dates share one."""
    alike: dict[tuple[str, tuple[Rule, ...], bool], list[Merchants]] = {}
    first, *others = held.values()
    for merchants, (_rule, profile, paid_out) in first.items():
        if all(merchants in one for one in others):
            rules = tuple(one[merchants][0] for one in held.values())
            alike.setdefault((profile, rules, paid_out), []).append(merchants)
    calendars = {profile: promised_calendar(profile, as_of) for profile, _rules, _paid_out in alike}
    columns = [
        Column(
            dict(zip(held, rules, strict=True)),
            profile,
            calendars[profile],
            sorted(found),
            paid_out,
        )
        for (profile, rules, paid_out), found in alike.items()
    ]
    return sorted(columns, key=_order)


def _order(column: Column) -> tuple[bool, str]:
    """Put the cycles first that a holiday changes."""
    rule = str(next(iter(column.rules.values())))
    return not rule.startswith("T"), f"{column.profile} {rule}"


def _rests(calendar: Calendar, day: date) -> bool:
    return calendar.day(day).kind == STATUTORY_HOLIDAY


def _makes_up(calendar: Calendar, day: date, names: set[str]) -> bool:
    """Return whether that weekend day is worked for one of these holidays or an unnamed one."""
    if day.year not in calendar.years or calendar.day(day).kind != MAKE_UP_WORKDAY:
        return False
    label = calendar.day(day).label.get("zh-hans", "")
    return not any(one in label for one in NAMES.values()) or any(one in label for one in names)


def _names(calendar: Calendar, day: date) -> list[str]:
    return calendar.day(day).label.get("zh-hans", "").split("、")
