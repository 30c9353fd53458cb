"""Notices that lengthen a holiday which is loaded already: “延长2020年春节假期至2月2日”."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.calendar.library import holiday_label
from statuspage.calendar.workdays import (
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    Day,
    days_between,
    days_of,
)
from statuspage.statements.texts import for_reader

# More than this is a slip of the pen: the longest extension so far was of three days (2020).
MOST: Final = timedelta(days=31)


@dataclass(frozen=True)
class Extension:
    """A holiday that lasts until a later day; its present end is only in the calendar."""

    names: tuple[str, ...]
    until: date
    # The first day of the extension, where the notice names it.
    since: date | None = None


def extended_days(extensions: Sequence[Extension], calendar: Calendar) -> dict[date, Day]:
    """Return the days by which the loaded holidays become longer, all of them days off.

    Raises:
        ValidationError: the year is not loaded, the holiday is not in it or ends later already.
    """
    return {
        day: Day(settles=False, kind=STATUTORY_HOLIDAY, label=holiday_label(one.names))
        for one in extensions
        for day in days_between(_end(one, calendar) + ONE_DAY, one.until)
    }


def _end(extension: Extension, calendar: Calendar) -> date:
    """Return the last day off of the holiday as it is loaded."""
    year, until = extension.until.year, extension.until
    values = {
        "year": year,
        "until": until,
        "holiday": for_reader(holiday_label(extension.names)),
    }
    if year not in calendar.years:
        problem = _("The notice makes a holiday of %(year)d longer. Load that year first.")
        raise ValidationError(problem % values, code="unloaded")
    off = [day for day in days_of(year) if _is(day, extension.names, calendar)]
    # A holiday may go by one label, or run into the days of another.
    if not off:
        problem = _("%(holiday)s is not in the calendar of %(year)d, so it cannot become longer.")
        raise ValidationError(problem % values, code="absent")
    if not off[0] <= until <= off[-1] + MOST or until < off[-1]:
        problem = _(
            "%(holiday)s is loaded from %(first)s to %(last)s, so it cannot become longer until "
            "%(until)s."
        )
        span = {"first": off[0], "last": off[-1]}
        raise ValidationError(problem % {**values, **span}, code="until")
    if extension.since and not off[0] <= extension.since <= off[-1] + ONE_DAY:
        problem = _(
            "%(holiday)s is loaded from %(first)s to %(last)s, so it cannot be made longer from "
            "%(since)s."
        )
        span = {"first": off[0], "last": off[-1], "since": extension.since}
        raise ValidationError(problem % {**values, **span}, code="since")
    return off[-1]


def _is(day: date, names: Sequence[str], calendar: Calendar) -> bool:
    what = calendar.day(day)
    label = what.label.get("zh-hans", "")
    return what.kind == STATUTORY_HOLIDAY and any(one in label for one in names)


def named(holidays: Sequence[str]) -> str:
    """Return Chinese holiday names as a list in the active language."""
    between = pgettext("between names", ", ")
    return between.join(for_reader(holiday_label([one])) for one in holidays)
