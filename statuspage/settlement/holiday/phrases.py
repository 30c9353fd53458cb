"""How a holiday schedule words dates and rows, in the active language."""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from statuspage.notices.phrases import day_range, short_day, short_day_and_weekday
from statuspage.settlement.holiday.merging import Row
from statuspage.statements.texts import CHINESE


def span(first: date, last: date) -> str:
    """Return a date or a range of dates; the month is said once where it is one month."""
    if first == last:
        return short_day(first.isoformat())
    values = day_range(first.isoformat(), last.isoformat())
    if (first.year, first.month) == (last.year, last.month):
        # Chinese says the month with the first date, English with the last.
        only_day = f"{last.day}日" if get_language() == CHINESE else f"{first.day}"
        values["last" if get_language() == CHINESE else "first"] = only_day
    return _("%(first)s to %(last)s") % values


def plain_day(day: date) -> str:
    """Return a date without its year, beside words that say which year it is."""
    return date_format(day, pgettext("date format", "j M"))


def later(day: date, before: date) -> str:
    """Return a date that follows another one; Chinese does not repeat the year."""
    year = before.year if get_language() == CHINESE else None
    return short_day(day.isoformat(), year)


def transactions_of(row: Row) -> str:
    """Return which transactions a row is about."""
    return _("transactions of %(days)s") % {"days": span(row.first, row.last)}


def arrives(row: Row) -> str:
    """Return the day on which they arrive, and its weekday."""
    return short_day_and_weekday(row.arrival.isoformat())


def row_said(row: Row, *, paid_out: bool = False) -> str:
    """Return a row as a clause of a sentence."""
    values = {"transactions": transactions_of(row), "day": arrives(row)}
    if paid_out:
        return _("%(transactions)s are paid out on %(day)s") % values
    return _("%(transactions)s arrive on %(day)s") % values


def others_said(delay: int, *, paid_out: bool = False) -> str:
    """Return when transactions of all other dates arrive, that many days later."""
    if paid_out:
        return _others_paid_out(delay)
    if delay == 0:
        return _("transactions of the other dates in this period arrive on the same day")
    if delay == 1:
        return _("transactions of the other dates in this period arrive on the next day")
    said = ngettext(
        "transactions of the other dates in this period arrive %(days)d day later",
        "transactions of the other dates in this period arrive %(days)d days later",
        delay,
    )
    return said % {"days": delay}


def _others_paid_out(delay: int) -> str:
    if delay == 0:
        return _("transactions of the other dates in this period are paid out on the same day")
    if delay == 1:
        return _("transactions of the other dates in this period are paid out on the next day")
    said = ngettext(
        "transactions of the other dates in this period are paid out %(days)d day later",
        "transactions of the other dates in this period are paid out %(days)d days later",
        delay,
    )
    return said % {"days": delay}


def with_weekdays(days: Iterable[date]) -> list[str]:
    """Return the days, each with its weekday."""
    return [short_day_and_weekday(day.isoformat()) for day in days]
