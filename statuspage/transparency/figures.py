"""The figures of each month: pure arithmetic on the log, so that anyone can do it again.

What each figure means stands on the page, in templates/pages/transparency.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median
from typing import Final

from statuspage.transparency.record import CORRECTION, Said, standing

OPENED: Final = "incident.opened"
UPDATED: Final = "incident.updated"
NOTICE: Final = "notice."
BACKLOG: Final = "notice.backlog"
REPORT: Final = "notice.delivery_report"
PAID: Final = "notice.payout_progress"
PROMISING_MONEY: Final = frozenset({"notice.fee_waiver", "notice.compensation"})
# Which field of a notice promises the day by which late money arrives.
ARRIVES_BY: Final = {"notice.delay": "arrives_by", "notice.recovery": "backlog_by"}
# Published by the product itself, and no notice that somebody wrote.
AUTOMATIC: Final = frozenset({BACKLOG, REPORT, "notice.settled"})
RESOLVED: Final = "resolved"


@dataclass
class Share:
    """So many of so many; None of nothing."""

    kept: int = 0
    of: int = 0

    def add(self, kept: bool) -> None:
        """Count one more."""
        self.kept += kept
        self.of += 1

    @property
    def percent(self) -> Decimal | None:
        """With one digit, rounded down: only all of them are 100."""
        if not self.of:
            return None
        return (Decimal(1000 * self.kept) // self.of / 10).quantize(Decimal("0.1"))


@dataclass
class Month:
    """One month's figures; minutes are from one moment to another, amounts in yuan."""

    month: str
    incidents: int = 0
    first_update_minutes: list[float] = field(default_factory=list)
    first_updates: Share = field(default_factory=Share)
    updates: Share = field(default_factory=Share)
    resolve_minutes: list[float] = field(default_factory=list)
    notices: int = 0
    corrected: int = 0
    told_1_minute: Share = field(default_factory=Share)
    told_5_minutes: Share = field(default_factory=Share)
    sms_5_minutes: Share = field(default_factory=Share)
    promised: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    arrivals: Share = field(default_factory=Share)

    @property
    def first_update(self) -> float | None:
        """The median time to the first public word."""
        return _median(self.first_update_minutes)

    @property
    def resolve(self) -> float | None:
        """The median time from the beginning to the end."""
        return _median(self.resolve_minutes)


class Months:
    """The months by name, each made when it is first spoken of."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._found: dict[str, Month] = {}

    def at(self, moment: datetime) -> Month:
        """The month of a moment."""
        return self.named(f"{moment.astimezone(self._zone):%Y-%m}")

    def named(self, name: str) -> Month:
        """The month written as 2025-02."""
        return self._found.setdefault(name, Month(name))

    def newest_first(self) -> list[Month]:
        """All that there is anything to say of."""
        return [self._found[name] for name in sorted(self._found, reverse=True)]


def months(log: Iterable[Said], now: datetime, zone: tzinfo) -> list[Month]:
    """The figures of every month in which something was said, newest first."""
    statements = standing(log)
    found = Months(zone)
    by_subject: dict[str, list[Said]] = {}
    for one in statements:
        by_subject.setdefault(one.subject, []).append(one)
    for about in by_subject.values():
        if about[0].kind == OPENED:
            _incident(about, found, now)
    for one in statements:
        _notice(one, found)
    _arrivals(statements, found, now, zone)
    return found.newest_first()


def _incident(about: Sequence[Said], found: Months, now: datetime) -> None:
    """Entered afterwards do not count: they were never promised to be prompt."""
    opened = about[0]
    month = found.at(opened.at)
    month.incidents += 1
    _first_word(opened, month)
    steps = [one for one in about if one.kind in {OPENED, UPDATED}]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        promised = _moment(step.content.get("next_update_by"))
        if promised and (following or promised < now):
            kept = following is not None and following.at <= promised
            found.at(promised).updates.add(kept)
    ended = next((one for one in steps if one.content.get("status") == RESOLVED), None)
    began = _moment(opened.content.get("started_at"))
    if ended and began:
        found.at(ended.at).resolve_minutes.append(_minutes(ended.at - began))


def _first_word(opened: Said, month: Month) -> None:
    noticed = _moment(opened.content.get("detected_at"))
    if noticed:
        month.first_update_minutes.append(_minutes(opened.at - noticed))
        owed = _moment(opened.content.get("first_update_by"))
        if owed:
            month.first_updates.add(opened.at <= owed)


def _notice(one: Said, found: Months) -> None:
    payload = one.content.get("payload") or {}
    if one.kind == REPORT:
        _delivery(payload, found.named(payload["month"]))
    elif one.kind == CORRECTION and "payload" in one.content:
        found.at(one.at).corrected += 1
    elif one.kind.startswith(NOTICE) and one.kind not in AUTOMATIC:
        found.at(one.at).notices += 1
    if one.kind in PROMISING_MONEY and payload.get("promised_total"):
        found.at(one.at).promised += Decimal(payload["promised_total"])
    if one.kind == PAID:
        found.named(payload["paid_on"][:7]).paid += Decimal(payload["amount"])


def _delivery(payload: Mapping[str, int], month: Month) -> None:
    """A later report of the same month replaces an earlier one."""
    month.told_1_minute = Share(payload["within_1_minute"], payload["messages"])
    month.told_5_minutes = Share(payload["within_5_minutes"], payload["messages"])
    month.sms_5_minutes = Share(payload["sms_within_5_minutes"], payload["sms"])


def _arrivals(statements: Iterable[Said], found: Months, now: datetime, zone: tzinfo) -> None:
    """The last day that was promised for an incident's late money, and when all had arrived."""
    promised: dict[str, date] = {}
    arrived: dict[str, date] = {}
    for one in statements:
        incident, payload = one.content.get("incident"), one.content.get("payload") or {}
        day = payload.get(ARRIVES_BY.get(one.kind, ""))
        if incident and day:
            promised[incident] = date.fromisoformat(day)
        if incident and one.kind == BACKLOG and payload["open"] == 0:
            counted = datetime.fromisoformat(payload["counted_at"]).astimezone(zone).date()
            arrived.setdefault(incident, counted)
    today = now.astimezone(zone).date()
    for incident, day in promised.items():
        there = arrived.get(incident)
        if there or day < today:
            found.named(f"{day:%Y-%m}").arrivals.add(there is not None and there <= day)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _minutes(span: timedelta) -> float:
    return round(span.total_seconds() / 60, 1)


def _median(minutes: Sequence[float]) -> float | None:
    return round(median(minutes), 1) if minutes else None
