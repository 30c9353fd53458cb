"""Calculate when an incident must be reported, its grade and its deadlines; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    """What a threshold measures."""

    MINUTES = "minutes", _("Interruption, in minutes")
    TRANSACTIONS = "transactions", _("Transactions affected")
    RECORDS = "records", _("Records leaked")
    CUSTOMERS = "customers", _("Customers affected by a leak")


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
COUNTED: Final = (Measure.TRANSACTIONS, Measure.RECORDS, Measure.CUSTOMERS)


@dataclass(frozen=True)
class Rules:
    """Thresholds by grade and measure (reached when exceeded), and hours by duty."""

    thresholds: Mapping[str, Mapping[str, int]]
    hours: Mapping[str, int]


@dataclass(frozen=True)
class ReportedCounts:
    """What staff knew at a time; `grade` where they judged it themselves."""

    at: datetime
    figures: Mapping[str, int | None]
    grade: str = ""


@dataclass(frozen=True)
class IncidentFacts:
    """An incident as the clock sees it; `counts` are in the order in which they were noted."""

    started_at: datetime
    ended_at: datetime | None
    interrupts: bool
    counts: Sequence[ReportedCounts]


@dataclass(frozen=True)
class Clock:
    """The state of the clock. `begins_at` is when the duration alone starts it, if open so long."""

    grade: Grade | None
    begun_at: datetime | None
    begins_at: datetime | None
    due: Mapping[Duty, datetime | None]


def read_clock(facts: IncidentFacts, rules: Rules, now: datetime) -> Clock:
    """Return the clock at a moment.

    First and written report count from when a threshold was passed; the closing report from the
    end of the incident, and has no time before that.
    """
    times = {grade: _reached(grade, facts, rules) for grade in GRADES}
    reached = {grade: at for grade, at in times.items() if at and at <= now}
    begun = min(reached.values(), default=None)
    later = [at for at in times.values() if at and at > now]
    return Clock(
        grade=[*reached][-1] if reached else None,
        begun_at=begun,
        begins_at=min(later, default=None) if begun is None else None,
        due=_due(facts, rules, begun) if begun else {},
    )


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
    moments = (_by_duration(facts, limits.get(Measure.MINUTES)), _by_counts(grade, facts, limits))
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
        since = counts.at
    return since


def _beyond(counts: ReportedCounts, grade: Grade, limits: Mapping[str, int]) -> bool:
    if counts.grade and GRADES.index(Grade(counts.grade)) >= GRADES.index(grade):
        return True
    figures = ((counts.figures.get(one), limits.get(one)) for one in COUNTED)
    return any(figure > limit for figure, limit in figures if figure is not None and limit)
