"""Monthly figures, computed from the log alone so that anyone can repeat it.

What each figure means stands on the page, in templates/pages/transparency.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median
from typing import Any, Final

from statuspage.statements.standing import UNDONE, facts_corrected

WITHDRAWAL: Final = "withdrawal"
CORRECTION: Final = "correction"
OPENED: Final = "incident.opened"
UPDATED: Final = "incident.updated"
NOTICE: Final = "notice."
BACKLOG: Final = "notice.backlog"
REPORT: Final = "notice.delivery_report"
PAID: Final = "notice.payout_progress"
PROMISING_MONEY: Final = frozenset({"notice.fee_waiver", "notice.compensation"})
# Which field of a notice promises the day by which late money arrives.
ARRIVES_BY: Final = {"notice.delay": "arrives_by", "notice.recovery": "backlog_by"}
# Published automatically, and not counted as notices.
AUTOMATIC: Final = frozenset({BACKLOG, REPORT, "notice.settled"})
RESOLVED: Final = "resolved"


@dataclass(frozen=True)
class LoggedStatement:
    """One statement of the log; `content` is the document's."""

    number: int
    kind: str
    subject: str
    corrects: int | None
    at: datetime
    content: Mapping[str, Any]


def standing(log: Iterable[LoggedStatement]) -> list[LoggedStatement]:
    """Return the statements in order, without withdrawn ones, with their facts as corrected.

    A withdrawal that restored the state of an incident stays: it promises the next update.
    """
    statements = sorted(log, key=lambda one: one.number)
    withdrawn = {one.corrects for one in statements if one.kind == WITHDRAWAL and one.corrects}
    facts = facts_corrected(statements, withdrawn)
    return [
        replace(one, content={**one.content, **facts.get(one.number, {})})
        for one in statements
        if one.number not in withdrawn and (one.kind != WITHDRAWAL or one.content.get(UNDONE))
    ]


@dataclass
class Ratio:
    """A share of a total; its percentage is None when the total is 0."""

    kept: int = 0
    of: int = 0

    def add(self, kept: bool) -> None:
        """Count one more."""
        self.kept += kept
        self.of += 1

    @property
    def percent(self) -> Decimal | None:
        """The percentage with one digit, rounded down; only a full share is 100."""
        if not self.of:
            return None
        return (Decimal(1000 * self.kept) // self.of / 10).quantize(Decimal("0.1"))


@dataclass
class MonthFigures:
    """One month's figures; minutes are from one moment to another, amounts in yuan."""

    month: str
    incidents: int = 0
    first_update_minutes: list[float] = field(default_factory=list)
    first_updates: Ratio = field(default_factory=Ratio)
    updates: Ratio = field(default_factory=Ratio)
    resolve_minutes: list[float] = field(default_factory=list)
    notices: int = 0
    corrected: int = 0
    told_1_minute: Ratio = field(default_factory=Ratio)
    told_5_minutes: Ratio = field(default_factory=Ratio)
    sms_5_minutes: Ratio = field(default_factory=Ratio)
    promised: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    arrivals: Ratio = field(default_factory=Ratio)

    @property
    def first_update(self) -> float | None:
        """The median time to the first update."""
        return _median(self.first_update_minutes)

    @property
    def resolve(self) -> float | None:
        """The median time from the beginning to the end."""
        return _median(self.resolve_minutes)


class Months(dict[str, MonthFigures]):
    """Months by name, such as 2025-02, each created on first use."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, name: str) -> MonthFigures:
        return self.setdefault(name, MonthFigures(name))

    def at(self, moment: datetime) -> MonthFigures:
        """Return the month of a moment."""
        return self[f"{moment.astimezone(self._zone):%Y-%m}"]


def months(log: Iterable[LoggedStatement], now: datetime, zone: tzinfo) -> list[MonthFigures]:
    """Return the figures of every month in which something was said, newest first."""
    statements = standing(log)
    found = Months(zone)
    by_subject: dict[str, list[LoggedStatement]] = {}
    for one in statements:
        by_subject.setdefault(one.subject, []).append(one)
    for about in by_subject.values():
        if about[0].kind == OPENED:
            _incident(about, found, now)
    for one in statements:
        _notice(one, found)
    _arrivals(statements, found, now, zone)
    return [found[name] for name in sorted(found, reverse=True)]


def _incident(about: Sequence[LoggedStatement], found: Months, now: datetime) -> None:
    """Count an incident; those entered afterwards have no `incident.opened` and do not count."""
    opened = about[0]
    month = found.at(opened.at)
    month.incidents += 1
    _first_word(opened, month)
    steps = [one for one in about if one.kind in {OPENED, UPDATED, WITHDRAWAL}]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        promised = _moment(step.content.get("next_update_by"))
        # A withdrawal says which promise stands; one that is broken was counted before.
        if promised and promised > step.at and (following or promised < now):
            kept = following is not None and following.at <= promised
            found.at(promised).updates.add(kept)
    ended = _ended(steps)
    began = _moment(opened.content.get("started_at"))
    if ended and began:
        found.at(ended).resolve_minutes.append(_minutes(ended - began))


def _ended(steps: Iterable[LoggedStatement]) -> datetime | None:
    """Return when the incident was resolved for good; None where it is open, or open again."""
    ended: datetime | None = None
    for one in steps:
        over = one.content.get("status") == RESOLVED
        ended = (ended or one.at) if over else None
    return ended


def _first_word(opened: LoggedStatement, month: MonthFigures) -> None:
    noticed = _moment(opened.content.get("detected_at"))
    if noticed:
        month.first_update_minutes.append(_minutes(opened.at - noticed))
        owed = _moment(opened.content.get("first_update_by"))
        if owed:
            month.first_updates.add(opened.at <= owed)


def _notice(one: LoggedStatement, found: Months) -> None:
    payload = one.content.get("payload") or {}
    if one.kind == REPORT:
        # A later report of the same month replaces an earlier one.
        month = found[payload["month"]]
        month.told_1_minute = Ratio(payload["within_1_minute"], payload["messages"])
        month.told_5_minutes = Ratio(payload["within_5_minutes"], payload["messages"])
        month.sms_5_minutes = Ratio(payload["sms_within_5_minutes"], payload["sms"])
    elif one.kind == CORRECTION and "payload" in one.content:
        found.at(one.at).corrected += 1
    elif one.kind.startswith(NOTICE) and one.kind not in AUTOMATIC:
        found.at(one.at).notices += 1
    if one.kind in PROMISING_MONEY and payload.get("promised_total"):
        found.at(one.at).promised += Decimal(payload["promised_total"])
    if one.kind == PAID:
        found[payload["paid_on"][:7]].paid += Decimal(payload["amount"])


def _arrivals(
    statements: Iterable[LoggedStatement], found: Months, now: datetime, zone: tzinfo
) -> None:
    """Compare the last promised day of an incident's late money with when all had arrived.

    An incident without payout progress in the log is not counted.
    """
    promised: dict[str, date] = {}
    followed: set[str] = set()
    arrived: dict[str, date] = {}
    for one in statements:
        incident, payload = one.content.get("incident"), one.content.get("payload") or {}
        day = payload.get(ARRIVES_BY.get(one.kind, ""))
        if incident and day:
            promised[incident] = date.fromisoformat(day)
        if incident and one.kind == BACKLOG:
            followed.add(incident)
        if incident and one.kind == BACKLOG and payload["open"] == 0:
            counted = datetime.fromisoformat(payload["counted_at"]).astimezone(zone).date()
            arrived.setdefault(incident, counted)
    today = now.astimezone(zone).date()
    for incident, day in promised.items():
        there = arrived.get(incident)
        if incident in followed and (there or day < today):
            found[f"{day:%Y-%m}"].arrivals.add(there is not None and there <= day)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _minutes(span: timedelta) -> float:
    return round(span.total_seconds() / 60, 1)


def _median(minutes: Sequence[float]) -> float | None:
    return round(median(minutes), 1) if minutes else None
