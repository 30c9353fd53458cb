"""A component's ninety days as a small picture, and the same in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus
from statuspage.components.uptime import DayRecord, availability, runs
from statuspage.once import once
from statuspage.pages.moments import duration
from statuspage.pages.uptime.selectors import ninety_days, of_each

NO_RECORD: Final = "none"
# How high above the ground a day's bar begins, of ten: the worse the taller, so that colour is not
# the only difference. SVG counts from the top.
LINES: Final[Mapping[str, int]] = {
    NO_RECORD: 9,
    ComponentStatus.OPERATIONAL: 7,
    ComponentStatus.UNDER_MAINTENANCE: 7,
    ComponentStatus.DEGRADED_PERFORMANCE: 6,
    ComponentStatus.PARTIAL_OUTAGE: 5,
    ComponentStatus.MAJOR_OUTAGE: 5,
}
QUIET: Final[Mapping[str, str | Promise]] = {
    NO_RECORD: _("No record"),
    ComponentStatus.OPERATIONAL: _("No disruption"),
}


@dataclass(frozen=True)
class Run:
    """Neighbouring days of which the same is told; `status` is a component status, or `none`."""

    first: date
    last: date
    status: str
    text: str
    percent: Decimal | None

    @property
    def several(self) -> bool:
        """True for more than one day."""
        return self.first != self.last

    @property
    def quiet(self) -> bool:
        """True where nothing happened, or nothing is known."""
        return self.status in QUIET


@dataclass(frozen=True)
class Picture:
    """`paths` are a status each with the path of all its days, each a dash long."""

    percent: Decimal | None
    paths: Sequence[tuple[str, str]]
    runs: Sequence[Run]


@dataclass(frozen=True)
class Bar:
    """The bar of the component with this public id, as markup."""

    id: str
    drawn: SafeString


def drawn(days: Sequence[DayRecord]) -> SafeString:
    """Days as a picture and in words, in the active language."""
    picture = Picture(percent=availability(days), paths=_paths(days), runs=told(days))
    return render_to_string("pages/parts/bar.html", {"bar": picture})


def told(records: Sequence[DayRecord]) -> list[Run]:
    """The days in words, the newest first."""
    return [_run(one) for one in reversed(runs(records))]


def _run(found: Sequence[DayRecord]) -> Run:
    status = found[-1].status or NO_RECORD
    return Run(
        first=found[0].day,
        last=found[-1].day,
        status=str(status),
        text=str(QUIET[status]) if status in QUIET else in_words(found[-1]),
        percent=availability(found) if found[-1].disrupted else None,
    )


def in_words(record: DayRecord) -> str:
    """What was disrupted on a day and for how long; planned work apart from it."""
    lasted = [(status.label, seconds) for status, seconds in record.disrupted.items()]
    if record.maintained:
        lasted.append((ComponentStatus.UNDER_MAINTENANCE.label, record.maintained))
    parts = [f"{label} {duration(timedelta(seconds=seconds))}" for label, seconds in lasted]
    return gettext(", ").join(parts) or str(QUIET[record.status or NO_RECORD])


def _paths(records: Sequence[DayRecord]) -> list[tuple[str, str]]:
    """A run of days is one horizontal line; the style sheet dashes it into days."""
    lines: dict[str, list[str]] = {}
    place = 0
    for found in _alike(records):
        status = found[0].status or NO_RECORD
        lines.setdefault(str(status), []).append(f"M{place} {LINES[status]}h{len(found)}")
        place += len(found)
    return [(status, "".join(parts)) for status, parts in lines.items()]


def _alike(records: Sequence[DayRecord]) -> Iterable[Sequence[DayRecord]]:
    begin = 0
    for place in range(1, len(records) + 1):
        if place == len(records) or records[place].status != records[begin].status:
            yield records[begin:place]
            begin = place


@once
def ninety_days_bars(language: str, now: datetime) -> dict[str, Bar]:
    """The bars in the active language, made once for all pages that are rendered together."""
    found = of_each(ninety_days(now), drawn)
    return {one.public_id: Bar(one.public_id, picture) for one, picture in found}
