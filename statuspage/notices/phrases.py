"""Dates, spans and amounts as notices word them, in the active language and Beijing time."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from statuspage.lib.money import ZERO, to_fen, yuan
from statuspage.lib.punctuation import sentence
from statuspage.lib.render_cache import present
from statuspage.statements.texts import CHINESE
from statuspage.statements.times import from_iso

# From here on are Chinese characters and their punctuation.
FIRST_IDEOGRAPH: Final = "\u2e80"
# A year that no date has, so that the year is always written.
ALWAYS: Final = 0
# What ends so is the beginning of the sentence that follows.
GOES_ON: Final = ("\uff0c", "\uff1a", "、", ",", ":")
WEEKDAYS: Final = (
    pgettext_lazy("weekday of a date", "Mon"),
    pgettext_lazy("weekday of a date", "Tue"),
    pgettext_lazy("weekday of a date", "Wed"),
    pgettext_lazy("weekday of a date", "Thu"),
    pgettext_lazy("weekday of a date", "Fri"),
    pgettext_lazy("weekday of a date", "Sat"),
    pgettext_lazy("weekday of a date", "Sun"),
)


def full_day(written: str) -> str:
    """Return an ISO date with its year, for a table of the log: it must be clear in ten years."""
    return date_format(date.fromisoformat(written), pgettext("date format", "j M Y"))


def day_and_weekday(written: str) -> str:
    """Return an ISO date without its year, and its weekday."""
    day = date.fromisoformat(written)
    shown = date_format(day, pgettext("date format", "j M"))
    return _("%(day)s (%(weekday)s)") % {"day": shown, "weekday": WEEKDAYS[day.weekday()]}


def short_day_and_weekday(written: str) -> str:
    """Return an ISO date with its weekday, and with its year as in `short_day`."""
    weekday = WEEKDAYS[date.fromisoformat(written).weekday()]
    return _("%(day)s (%(weekday)s)") % {"day": short_day(written), "weekday": weekday}


def full_moment(written: str) -> str:
    """Return an ISO time, with its year."""
    local = timezone.localtime(from_iso(written))
    return date_format(local, pgettext("date format", "j M Y, H:i"))


def short_day(written: str, year: int | None = None) -> str:
    """Return an ISO date for a message, where every character counts.

    The year is left out if it is `year`, that of the date before it in the text (default: now).
    """
    day = date.fromisoformat(written)
    if day.year != _this_year(year):
        return full_day(written)
    return date_format(day, pgettext("date format", "j M"))


def short_moment(written: str, year: int | None = None) -> str:
    """Return an ISO time for a message, with its year as in `short_day`."""
    local = timezone.localtime(from_iso(written))
    if local.year != _this_year(year):
        return full_moment(written)
    return date_format(local, pgettext("date format", "j M, H:i"))


def short_start(written: str) -> str:
    """Return an ISO time at which something begins; midnight is the day alone."""
    local = timezone.localtime(from_iso(written))
    return short_moment(written) if local.time() != time() else short_day(local.date().isoformat())


def short_end(written: str, year: int | None = None) -> str:
    """Return an ISO time at which something ends; midnight is 24:00 of the day before."""
    local = timezone.localtime(from_iso(written))
    if local.time() != time():
        return short_moment(written, year)
    day = (local - timedelta(days=1)).date().isoformat()
    return pgettext("end of a day", "24:00 on %(day)s") % {"day": short_day(day, year)}


def day_range(first: str, last: str) -> dict[str, str]:
    """Return the `first` and `last` date of a range of ISO dates, for a message."""
    return {"first": short_day(first), "last": short_day(last, _said_year(first))}


def transactions(begin: str, end: str | None) -> str:
    """Return the words for the transactions between two ISO times, for a message."""
    if end is None:
        return _("transactions since %(begin)s") % {"begin": short_start(begin)}
    values = _span(begin, end)
    if begin != end and values["first"] == values["last"]:
        return _("transactions of %(day)s") % {"day": values["first"]}
    return _("transactions from %(first)s to %(last)s") % values


def span(begin: str, end: str | None) -> str:
    """Return the times alone, for a line whose label already says “transactions”."""
    if end is None:
        return _("%(begin)s onwards, end not yet known") % {"begin": short_start(begin)}
    values = _span(begin, end)
    if begin != end and values["first"] == values["last"]:
        return values["first"]
    return _("%(first)s to %(last)s") % values


def _span(begin: str, end: str) -> dict[str, str]:
    """Return the `first` and `last` of a span between two ISO times.

    From midnight to midnight it is whole days; the last one is the day that ends then.
    """
    first = timezone.localtime(from_iso(begin))
    first_day = first.date().isoformat()
    after = timezone.localtime(from_iso(end))
    last_day = (after.date() - timedelta(days=1)).isoformat()
    if first.time() != time() or after.time() != time() or last_day < first_day:
        ending = short_end if after > first else short_moment
        last = ending(end, _said_year(first_day))
        if first < after and first.date() == after.date():
            last = date_format(after, "H:i")
        return {"first": short_moment(begin), "last": last}
    if first_day == last_day:
        return dict.fromkeys(("first", "last"), short_day(first_day))
    return day_range(first_day, last_day)


def _this_year(year: int | None) -> int:
    return timezone.localdate(present()).year if year is None else year


def _said_year(first: str) -> int:
    """Return the year that a date need not repeat after another one; English repeats it."""
    year = date.fromisoformat(first).year
    return (
        year if get_language() == CHINESE or year == timezone.localdate(present()).year else ALWAYS
    )


def joined(sentences: Iterable[str]) -> str:
    """Join sentences; Chinese has no space between them."""
    return ("" if get_language() == CHINESE else " ").join(one for one in sentences if one)


def ended(text: str | Promise) -> str:
    """Return a sentence with its end, which authors leave out: the next would run on from it.

    What ends with a comma or a colon goes on in the next.

    A text without English is Chinese for every reader, and so is its full stop.
    """
    said = str(text).strip()
    if said.endswith(GOES_ON):
        return said
    return sentence(said, chinese=said[-1:] >= FIRST_IDEOGRAPH)


def listed(names: Iterable[str]) -> str:
    """Join several names into a list."""
    return pgettext("between names", ", ").join(names)


def some_of(names: Sequence[str], most: int) -> str:
    """Return a list of the first `most` names and the number of the others, for a message."""
    shown = listed(names[:most])
    if more := len(names[most:]):
        return _("%(names)s and %(more)d more") % {"names": shown, "more": more}
    return shown


def money(written: str) -> str:
    """Return an amount of the payload, for a message: without fen where there are none."""
    amount = Decimal(written)
    whole = amount == amount.to_integral_value()
    shown = f"{amount:,.0f}" if whole else yuan(amount)
    return _("%(amount)s yuan") % {"amount": shown}


def duration_said(minutes: int) -> str:
    """Return a duration: in hours where they are whole, else in minutes."""
    hours, rest = divmod(minutes, 60)
    if rest or not hours:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def transaction_count(count: int) -> str:
    """Return a number of transactions, for a line whose label says what they are."""
    return pgettext("a number of transactions", "%(count)s") % {"count": f"{count:,}"}


def share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """Return the part of the whole in percent, to two decimals; None without a whole."""
    return to_fen(part * 100 / whole) if whole and whole > ZERO else None
