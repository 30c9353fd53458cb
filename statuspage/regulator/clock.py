"""Calculate when an incident must be reported under a regime, its grade and deadlines; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.regulator.regimes import Cause


class Measure(models.TextChoices):
    """What a threshold measures."""

    MINUTES = "minutes", _("Interruption, in minutes")
    TRANSACTIONS = "transactions", _("Transactions affected")
    RECORDS = "records", _("Records leaked")
    CUSTOMERS = "customers", _("Customers affected by a leak")
    LOSS = "loss", _("Funds lost, in yuan")


class Grade(models.TextChoices):
    """The grade of an incident, the lowest first."""

    GENERAL = "general", _("Level IV (least severe)")
    LARGER = "larger", _("Level III")
    GRAVE = "grave", _("Level II")
    EXTRAORDINARY = "extraordinary", _("Level I (most severe)")


class Duty(models.TextChoices):
    """The reports that the regulator requires, in order."""

    FIRST = "first", _("First report")
    WRITTEN = "written", _("Written report")
    CLOSING = "closing", _("Final report")


GRADES: Final = tuple(Grade)
COUNTED: Final = (Measure.TRANSACTIONS, Measure.RECORDS, Measure.CUSTOMERS, Measure.LOSS)
# What a figure beyond its limit says about the cause.
CAUSE_OF: Final = {
    Measure.TRANSACTIONS: Cause.INTERRUPTION,
    Measure.RECORDS: Cause.LEAK,
    Measure.CUSTOMERS: Cause.LEAK,
    Measure.LOSS: Cause.FUNDS_LOSS,
}


@dataclass(frozen=True)
class Rules:
    """Thresholds by grade and measure (reached when exceeded), and hours by duty."""

    thresholds: Mapping[str, Mapping[str, int]]
    hours: Mapping[str, int]


@dataclass(frozen=True)
class ReportedCounts:
    """What staff knew since a time; `grade` where they judged it themselves."""

    at: datetime
    figures: Mapping[str, int | None]
    grade: str = ""


@dataclass(frozen=True)
class Start:
    """A cause for which staff started the clock without figures; `at` is when they knew of it."""

    at: datetime
    cause: str
    grade: str = ""


@dataclass(frozen=True)
class IncidentFacts:
    """An incident as the clock sees it; `counts` are in the order in which they were noted."""

    started_at: datetime
    ended_at: datetime | None
    interrupts: bool
    counts: Sequence[ReportedCounts]
    starts: Sequence[Start] = ()


@dataclass(frozen=True)
class Clock:
    """The state of the clock. `begins_at` is when the duration alone starts it, if open so long.

    A clock that staff started without a grade has none yet.
    """

    grade: Grade | None
    begun_at: datetime | None
    begins_at: datetime | None
    due: Mapping[Duty, datetime | None]
    causes: Sequence[Cause] = ()


def read_clock(facts: IncidentFacts, rules: Rules, now: datetime) -> Clock:
    """Return the clock at a moment.

    First and written report count from when a threshold was passed; the closing report from the
    end of the incident, and has no time before that.
    """
    times = {grade: _reached(grade, facts, rules) for grade in GRADES}
    reached = {grade: at for grade, at in times.items() if at and at <= now}
    started = [one for one in facts.starts if one.at <= now]
    begun = min((*reached.values(), *(one.at for one in started)), default=None)
    later = [at for at in times.values() if at and at > now]
    return Clock(
        grade=[*reached][-1] if reached else None,
        begun_at=begun,
        begins_at=min(later, default=None) if begun is None else None,
        due=_due(facts, rules, begun) if begun else {},
        causes=[*dict.fromkeys(_causes(facts, rules, started, now))] if begun else (),
    )


def _causes(
    facts: IncidentFacts, rules: Rules, started: Iterable[Start], now: datetime
) -> Iterator[Cause]:
    """Yield why the clock runs; what staff said comes first, and a cause may come twice."""
    yield from (Cause(one.cause) for one in started)
    limits = [rules.thresholds.get(grade, {}) for grade in GRADES]
    lasted = (_by_duration(facts, one.get(Measure.MINUTES)) for one in limits)
    if any(at and at <= now for at in lasted):
        yield Cause.INTERRUPTION
    if facts.counts:
        figures = facts.counts[-1].figures
        for measure, cause in CAUSE_OF.items():
            if any(_exceeds(figures, one, measure) for one in limits):
                yield cause


def _due(facts: IncidentFacts, rules: Rules, begun: datetime) -> dict[Duty, datetime | None]:
    closing = max(begun, facts.ended_at) if facts.ended_at else None
    since = {Duty.FIRST: begun, Duty.WRITTEN: begun, Duty.CLOSING: closing}
    return {
        duty: at + timedelta(hours=rules.hours[duty]) if at else None
        for duty, at in since.items()
        if duty in rules.hours
    }


def _reached(grade: Grade, facts: IncidentFacts, rules: Rules) -> datetime | None:
    limits = rules.thresholds.get(grade, {})
    judged = [one.at for one in facts.starts if _is_at_least(one.grade, grade)]
    moments = (
        _by_duration(facts, limits.get(Measure.MINUTES)),
        _by_counts(grade, facts, limits),
        *judged,
    )
    return min((one for one in moments if one), default=None)


def _by_duration(facts: IncidentFacts, minutes: int | None) -> datetime | None:
    """Return when the incident has lasted that long; for an open one this may be in the future."""
    if minutes is None or not facts.interrupts:
        return None
    at = facts.started_at + timedelta(minutes=minutes)
    return None if facts.ended_at and facts.ended_at <= at else at


def _by_counts(grade: Grade, facts: IncidentFacts, limits: Mapping[str, int]) -> datetime | None:
    """Return since when all noted figures exceed a limit; a corrected figure stops the clock."""
    since = None
    for counts in reversed(facts.counts):
        if not _beyond(counts, grade, limits):
            break
        since = min(since, counts.at) if since else counts.at
    return since


def _beyond(counts: ReportedCounts, grade: Grade, limits: Mapping[str, int]) -> bool:
    if _is_at_least(counts.grade, grade):
        return True
    return any(_exceeds(counts.figures, limits, one) for one in COUNTED)


def _exceeds(
    figures: Mapping[str, int | None], limits: Mapping[str, int], measure: Measure
) -> bool:
    figure, limit = figures.get(measure), limits.get(measure)
    return figure is not None and limit is not None and figure > limit


def _is_at_least(judged: str, grade: Grade) -> bool:
    return bool(judged) and GRADES.index(Grade(judged)) >= GRADES.index(grade)
