"""When recurring maintenance takes place: pure arithmetic, in the operator's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import dropwhile, islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday  # type: ignore[import-untyped]
from django.db import models
from django.utils.translation import gettext_lazy as _

BEIJING: Final = ZoneInfo("Asia/Shanghai")
LAST: Final = -1


class Frequency(models.TextChoices):
    """How often a maintenance recurs."""

    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY_BY_DAY = "monthly_by_day", _("Every month, on the same date")
    MONTHLY_BY_WEEKDAY = (
        "monthly_by_weekday",
        _("Every month, on the same weekday, such as the second Sunday"),
    )


@dataclass(frozen=True)
class RecurrenceRule:
    """A rule of recurrence; `first` sets the weekday or the day of the month.

    None is after the day `last`; without one it goes on.
    """

    frequency: str
    first: date
    at: time
    last: date | None = None

    def starts(self) -> Iterator[datetime]:
        """Yield every start from the first day on; a month without such a day is skipped."""
        options = _OPTIONS[Frequency(self.frequency)](self.first)
        for moment in rrule(dtstart=datetime.combine(self.first, self.at), **options):
            if self.last and moment.date() > self.last:
                return
            yield moment.replace(tzinfo=BEIJING)

    def between(self, begin: datetime, end: datetime, most: int = 100) -> list[datetime]:
        """Return the starts after `begin`, up to `end`."""
        ended = takewhile(lambda one: one <= end, self.starts())
        return list(islice((one for one in ended if one > begin), most))

    def on(self, day: date) -> datetime | None:
        """Return the start on that day, or None where the rule has none."""
        until = takewhile(lambda one: one.date() <= day, self.starts())
        return next((one for one in until if one.date() == day), None)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the starts after a moment."""
        return dropwhile(lambda one: one <= moment, self.starts())


_OPTIONS: Final = {
    Frequency.WEEKLY: lambda first: {"freq": WEEKLY},
    Frequency.FORTNIGHTLY: lambda first: {"freq": WEEKLY, "interval": 2},
    Frequency.MONTHLY_BY_DAY: lambda first: {"freq": MONTHLY, "bymonthday": first.day},
    Frequency.MONTHLY_BY_WEEKDAY: lambda first: {
        "freq": MONTHLY,
        # The position of the weekday in its month; the fifth counts as the last.
        "byweekday": weekday(first.weekday(), ((first.day - 1) // 7 + 1) % 5 or LAST),
    },
}
