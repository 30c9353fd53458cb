"""A calendar month in Beijing time, as the history is leafed through."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

PATTERN: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """One month of the years 2000 to 2099: nothing was, or will be, said outside them."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        """Its first of the month."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last of the month."""
        return self.next.first_day - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return timezone.make_aware(datetime(self.year, self.number, 1))  # noqa: DTZ001

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def month_of(moment: datetime) -> Month:
    """The month in which a moment falls in Beijing."""
    local = timezone.localtime(moment)
    return Month(local.year, local.month)


def read_month(text: str) -> Month:
    """The month written as `2025-02`.

    Raises:
        ValueError: anything else, or outside the years 2000 to 2099.
    """
    found = PATTERN.fullmatch(text)
    if not found:
        raise ValueError(text)
    return Month(int(found[1]), int(found[2]))
