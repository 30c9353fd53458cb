"""When maintenance that comes back comes back: pure arithmetic, in the operator's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday  # type: ignore[import-untyped]
from django.db import models
from django.utils.translation import gettext_lazy as _

BEIJING: Final = ZoneInfo("Asia/Shanghai")
LAST: Final = -1


class Frequency(models.TextChoices):
    """How often."""

    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY_BY_DAY = "monthly_by_day", _("Every month, on the same day")
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday", _("Every month, such as on the second Sunday")


@dataclass(frozen=True)
class Rule:
    """`first` is the first day; weekday, day and its place in the month follow from it."""

    frequency: str
    first: date
    at: time

    def starts(self) -> Iterator[datetime]:
        """Every start from the first day on, in time; a month without such a day is left out."""
        options = _OPTIONS[Frequency(self.frequency)](self.first)
        for moment in rrule(dtstart=datetime.combine(self.first, self.at), **options):
            yield moment.replace(tzinfo=BEIJING)

    def between(self, begin: datetime, end: datetime, most: int = 100) -> list[datetime]:
        """The starts after `begin`, up to `end`."""
        ended = takewhile(lambda one: one <= end, self.starts())
        return list(islice((one for one in ended if one > begin), most))


def _nth(first: date) -> int:
    """Which of its weekday it is in its month; the fifth counts as the last."""
    place = (first.day - 1) // 7 + 1
    return place if place < 5 else LAST


_OPTIONS: Final = {
    Frequency.WEEKLY: lambda first: {"freq": WEEKLY},
    Frequency.FORTNIGHTLY: lambda first: {"freq": WEEKLY, "interval": 2},
    Frequency.MONTHLY_BY_DAY: lambda first: {"freq": MONTHLY, "bymonthday": first.day},
    Frequency.MONTHLY_BY_WEEKDAY: lambda first: {
        "freq": MONTHLY,
        "byweekday": weekday(first.weekday(), _nth(first)),
    },
}
