"""Which dates of a series are announced or skipped.

Dates are compared, not hours: where the hour of a series was edited, what is announced for a date
is not announced again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from statuspage.incidents.models import Maintenance, Recurrence, RecurrenceSkip
from statuspage.incidents.recurrence import BEIJING

SHOWN: Final = 10
# A series of which so many dates in a row are taken has no next one that anybody plans with.
LOOKED_AT: Final = 200


@dataclass(frozen=True)
class ComingDate:
    """A date of a series: announced as a maintenance, skipped by somebody, or neither."""

    start: datetime
    maintenance: Maintenance | None
    skip: RecurrenceSkip | None


def day_of(start: datetime) -> date:
    """Return the day of a start, in the operator's time zone."""
    return start.astimezone(BEIJING).date()


def announced_on(recurrence: Recurrence) -> dict[date, Maintenance]:
    """Return the announced maintenance of a series by the day of its rule."""
    rows = Maintenance.objects.filter(recurrence=recurrence).exclude(occurrence=None)
    return {day_of(one.occurrence): one for one in rows if one.occurrence}


def skipped_on(recurrence: Recurrence) -> dict[date, RecurrenceSkip]:
    """Return the days that are skipped, each with the decision that counts."""
    newest: dict[date, RecurrenceSkip] = {}
    for one in recurrence.skips.select_related("staff").order_by("pk"):
        newest[one.day] = one
    return {day: one for day, one in newest.items() if one.skipped}


def still_open(recurrence: Recurrence, starts: Iterable[datetime]) -> Iterator[datetime]:
    """Yield the starts whose day is neither announced nor skipped."""
    taken = announced_on(recurrence).keys() | skipped_on(recurrence).keys()
    return (one for one in starts if day_of(one) not in taken)


def next_open(recurrence: Recurrence, moment: datetime) -> datetime | None:
    """Return the next start that is neither announced nor skipped, or None."""
    return next(still_open(recurrence, islice(recurrence.rule.after(moment), LOOKED_AT)), None)


def coming_dates(recurrence: Recurrence, moment: datetime) -> list[ComingDate]:
    """Return the next dates of a series, with what is announced or skipped.

    What is announced and not over is there too where the series no longer has its date.
    """
    announced, skipped = announced_on(recurrence), skipped_on(recurrence)
    starts = {one.date(): one for one in islice(recurrence.rule.after(moment), SHOWN)}
    lasting = {
        day: one.occurrence.astimezone(BEIJING)
        for day, one in announced.items()
        if one.occurrence and one.over_at is None
    }
    dates = sorted((lasting | starts).items())
    return [ComingDate(start, announced.get(day), skipped.get(day)) for day, start in dates]


def check_open(recurrence: Recurrence, start: datetime) -> None:
    """Raise ValidationError unless this occurrence can be announced; call it when publishing.

    The series may have been edited or stopped since it was read, and the date be announced or
    skipped.
    """
    day = day_of(start)
    unchanged = Recurrence.objects.filter(
        pk=recurrence.pk, version=recurrence.version, stopped_at=None
    )
    if not unchanged.exists() or recurrence.rule.on(day) is None:
        raise ValidationError(
            _("The series was changed or stopped: it no longer has this date."), code="changed"
        )
    if day in announced_on(recurrence):
        raise ValidationError(_("This maintenance has already been announced."), code="announced")
    if day in skipped_on(recurrence):
        raise ValidationError(_("This date of the series is skipped."), code="skipped")
