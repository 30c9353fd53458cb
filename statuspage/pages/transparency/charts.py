"""Bars of the last twelve months, drawn by the server: shares in percent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.transparency.figures import Month, Share

MONTHS_SHOWN: Final = 12
HEIGHT: Final = 40
STEP: Final = 10
# What is drawn, by which months are compared.
CHARTS: Final[Sequence[tuple[str | Promise, Callable[[Month], Share]]]] = (
    (_("First public word in time"), lambda month: month.first_updates),
    (_("Updates on time"), lambda month: month.updates),
    (_("Told within 5 minutes"), lambda month: month.told_5_minutes),
    (_("SMS within 5 minutes of the page"), lambda month: month.sms_5_minutes),
    (_("Settlement dates kept"), lambda month: month.arrivals),
)


@dataclass(frozen=True)
class Bar:
    """One month; `height` of HEIGHT, and 0 with `percent` None where nothing was counted."""

    month: str
    percent: Decimal | None
    x: int
    y: str
    height: str


@dataclass(frozen=True)
class Chart:
    """A figure over the months, the oldest first."""

    title: str | Promise
    bars: Sequence[Bar]

    @property
    def latest(self) -> Bar | None:
        """The newest month of which there is a figure."""
        return next((one for one in reversed(self.bars) if one.percent is not None), None)

    @property
    def width(self) -> int:
        """In the units of the drawing."""
        return STEP * MONTHS_SHOWN


def charts(months: Sequence[Month]) -> list[Chart]:
    """Those of which there is anything to draw; `months` are newest first."""
    shown = [*reversed(months[:MONTHS_SHOWN])]
    first = MONTHS_SHOWN - len(shown)
    drawn = [
        Chart(title, [_bar(one, share(one), first + n) for n, one in enumerate(shown)])
        for title, share in CHARTS
    ]
    return [one for one in drawn if one.latest]


def _bar(month: Month, share: Share, place: int) -> Bar:
    percent = share.percent
    # A month in which nothing was kept still shows that something was counted.
    height = max(Decimal(1), HEIGHT * percent / 100) if percent is not None else Decimal(0)
    return Bar(month.month, percent, place * STEP, f"{HEIGHT - height:.1f}", f"{height:.1f}")
