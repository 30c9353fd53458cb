"""Dates, spans and amounts as notices word them, in the active language and Beijing time."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.settlement.money import ZERO, to_fen, yuan
from statuspage.statements.texts import CHINESE
from statuspage.statements.times import from_iso


def full_day(written: str) -> str:
    """An ISO date, with its year: what the log says must be clear in ten years."""
    return date_format(date.fromisoformat(written), pgettext("date format", "j M Y"))


def full_moment(written: str) -> str:
    """An ISO time, with its year."""
    local = timezone.localtime(from_iso(written))
    return date_format(local, pgettext("date format", "j M Y, H:i"))


def short_day(written: str, year: int | None = None) -> str:
    """An ISO date for a message, where every character counts.

    The year is said only if it is not `year` (this one): the year of what stands before it.
    """
    day = date.fromisoformat(written)
    if day.year != (year or timezone.localdate().year):
        return full_day(written)
    return date_format(day, pgettext("date format", "j M"))


def short_moment(written: str, year: int | None = None) -> str:
    """An ISO time for a message, with its year as `short_day` has it."""
    local = timezone.localtime(from_iso(written))
    if local.year != (year or timezone.localdate().year):
        return full_moment(written)
    return date_format(local, pgettext("date format", "j M, H:i"))


def short_start(written: str) -> str:
    """An ISO time from which on something holds; midnight is the day alone."""
    local = timezone.localtime(from_iso(written))
    whole = local.time() == time()
    return short_day(local.date().isoformat()) if whole else short_moment(written)


def transactions(begin: str, end: str | None) -> str:
    """The transactions from one ISO time until another, for a message.

    From midnight to midnight it is whole days, the last of them the one that then ends.
    """
    if end is None:
        return _("transactions since %(begin)s") % {"begin": short_start(begin)}
    first, after = (timezone.localtime(from_iso(one)) for one in (begin, end))
    last = after.date() - timedelta(days=1)
    if first.time() != time() or after.time() != time() or last < first.date():
        values = {"begin": short_moment(begin), "end": short_moment(end, first.year)}
        return _("transactions from %(begin)s to %(end)s") % values
    shown = short_day(first.date().isoformat())
    if last == first.date():
        return _("transactions of %(day)s") % {"day": shown}
    values = {"begin": shown, "end": short_day(last.isoformat(), first.year)}
    return _("transactions from %(begin)s to %(end)s") % values


def joined(sentences: Iterable[str], language: str) -> str:
    """Sentences after each other; Chinese has no space between them."""
    return ("" if language == CHINESE else " ").join(one for one in sentences if one)


def listed(names: Iterable[str]) -> str:
    """Several names."""
    return pgettext("between names", ", ").join(names)


def money(written: str) -> str:
    """An amount of the payload, for a message: without fen where there are none."""
    amount = Decimal(written)
    whole = amount == amount.to_integral_value()
    shown = f"{amount:,.0f}" if whole else yuan(amount)
    return _("%(amount)s yuan") % {"amount": shown}


def share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """How much of the whole the part is, in percent to two decimals; None where there is none."""
    return to_fen(part * 100 / whole) if whole and whole > ZERO else None
