"""A component's ninety days as a small picture, and the same in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus
from statuspage.components.uptime import DayRecord, availability, runs
from statuspage.lib.render_cache import once
from statuspage.pages.parts import part
from statuspage.pages.templatetags.pages import duration
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
class UptimeRun:
    """Neighbouring days with the same text; `status` is a component status, or `none`."""

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


def drawn(days: Sequence[DayRecord]) -> SafeString:
    """Draw days as a picture and in words, in the active language."""
    return part(
        "pages/parts/bar.html",
        percent=availability(days),
        paths=tuple(_paths(days)),
        runs=tuple(told(days)),
    )


def told(records: Sequence[DayRecord]) -> list[UptimeRun]:
    """Return the days in words, the newest first."""
    return [_run(one) for one in reversed(runs(records))]


def _run(found: Sequence[DayRecord]) -> UptimeRun:
    status = found[-1].status or NO_RECORD
    return UptimeRun(
        first=found[0].day,
        last=found[-1].day,
        status=str(status),
        text=str(QUIET[status]) if status in QUIET else in_words(found[-1]),
        percent=availability(found) if found[-1].disrupted else None,
    )


def in_words(record: DayRecord) -> str:
    """Return the disruptions of a day with their lengths, then the planned work."""
    lasted = [(status.label, seconds) for status, seconds in record.disrupted.items()]
    if record.maintained:
        lasted.append((ComponentStatus.UNDER_MAINTENANCE.label, record.maintained))
    parts = [f"{label} {duration(timedelta(seconds=seconds))}" for label, seconds in lasted]
    return gettext(", ").join(parts) or str(QUIET[record.status or NO_RECORD])


def _paths(records: Sequence[DayRecord]) -> list[tuple[str, str]]:
    """Return SVG paths: a run of days is one line, which the style sheet dashes into days."""
    lines: dict[str, list[str]] = {}
    place = 0
    for status, found in groupby(records, lambda one: one.status or NO_RECORD):
        length = sum(1 for _ in found)
        lines.setdefault(str(status), []).append(f"M{place} {LINES[status]}h{length}")
        place += length
    return [(status, "".join(parts)) for status, parts in lines.items()]


@once
def ninety_days_bars(language: str, now: datetime) -> dict[str, SafeString]:
    """Return the bars in the active language by the component's public id.

    Made once for all pages rendered together.
    """
    return {one.public_id: picture for one, picture in of_each(ninety_days(now), drawn)}
