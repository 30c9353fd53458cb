"""What the rule and the calendar give, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.codes import Code
from statuspage.settlement.arrival.known import Known
from statuspage.settlement.arrival.words import meaning, who
from statuspage.settlement.calendar.models import CalendarProfile, CalendarYear
from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.cycles import AfterCutoff, Basis, Reckoning, Rule, reckon
from statuspage.settlement.models import Notice
from statuspage.settlement.rules.models import SettlementRule
from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    Day,
    NotYetPublished,
)


@dataclass(frozen=True)
class ByRule:
    """A date, or the year without which there is none, and the steps to it."""

    day: date | None
    unpublished: int | None
    steps: tuple[Step, ...]
    after_holiday: bool = False


def by_rule(question: Question, known: Known, rule: SettlementRule) -> ByRule:
    """When the money arrives if nothing is late."""
    # A product brings its own calendar; the rule's is for those who name none.
    profile = question.product.profile if question.product else rule.profile
    calendar = calendar_of(profile.code, question.as_of)
    first = _rule_step(question, rule)
    try:
        found = reckon(rule.rule, question.at, calendar)
    except NotYetPublished as refusal:
        unpublished = Step(Code.NOT_PUBLISHED, {"year": str(refusal.year)})
        return ByRule(None, refusal.year, (first, unpublished))
    steps = (
        first,
        *_cutoff_step(rule.rule, found),
        *_day_steps(found, calendar, known, profile),
        Step(Code.BY_RULE, {"day": found.arrival}, day=found.arrival),
    )
    return ByRule(found.arrival, None, steps, _follows_a_holiday(found.arrival, calendar))


def _rule_step(question: Question, rule: SettlementRule) -> Step:
    product = question.product.name if question.product and rule.product else None
    facts = {
        "who": who(question.category.label, product),
        "rule": str(rule.rule.cycle),
        "meaning": meaning(rule.rule.cycle),
    }
    return Step(Code.RULE, facts, day=rule.valid_from, said=rule.statement)


def _cutoff_step(rule: Rule, found: Reckoning) -> Iterator[Step]:
    if rule.cutoff is None:
        return
    facts = {"cutoff": rule.cutoff, "day": found.accounting_day}
    if not found.cutoff_passed:
        yield Step(Code.BEFORE_CUTOFF, facts, day=found.accounting_day)
    elif rule.after_cutoff is AfterCutoff.FALLBACK_CYCLE:
        cycles = {"cycle": str(rule.cycle), "fallback": str(found.cycle_used)}
        yield Step(Code.FALLBACK, {**facts, **cycles, "meaning": meaning(found.cycle_used)})
    else:
        yield Step(Code.AFTER_CUTOFF, facts, day=found.accounting_day)


def _day_steps(
    found: Reckoning, calendar: Calendar, known: Known, profile: CalendarProfile
) -> Iterator[Step]:
    """Each day on the way that is not what its weekday says, or does not settle."""
    if found.cycle_used.basis is Basis.CALENDAR_DAY:
        return
    passed = (found.arrival - found.accounting_day).days
    days = (found.accounting_day + timedelta(days=number) for number in range(passed + 1))
    named = dict(found.skipped)
    steps = []
    for day in days:
        what = calendar.day(day)
        if day in named or (what.kind == MAKE_UP_WORKDAY and day > found.accounting_day):
            steps.append(_day_step(day, what, known, profile))
    yield from steps
    special = {MAKE_UP_WORKDAY, STATUTORY_HOLIDAY}
    years = {step.day.year for step in steps if step.day and step.facts["kind"] in special}
    yield from _documents(profile, years)


def _day_step(day: date, what: Day, known: Known, profile: CalendarProfile) -> Step:
    # A change by notice is newer than any schedule that it would contradict.
    said = known.calendar_change(profile.code, day) or _schedule(day, what, known)
    return Step(
        Code.MAKE_UP_WORKDAY if what.settles else Code.SKIPPED,
        {"day": day, "name": what.label, "kind": what.kind},
        day=day,
        said=known.said(said) if said else None,
    )


def _schedule(day: date, what: Day, known: Known) -> Notice | None:
    """The published schedule of the holiday, where it says the same of the day.

    Weekends beside a holiday are in its schedule too; where a profile rests on a make-up workday,
    the schedule says otherwise.
    """
    agrees = what.settles or what.kind != MAKE_UP_WORKDAY
    return known.schedule(day) if agrees else None


def _documents(profile: CalendarProfile, years: set[int]) -> Iterator[Step]:
    """The State Council's notices by which these years stand."""
    found = CalendarYear.objects.filter(profile=profile, year__in=years).exclude(document_number="")
    for year in found.order_by("year") if years else ():
        yield Step(Code.CALENDAR, {"document": year.document_number})


def _follows_a_holiday(day: date, calendar: Calendar) -> bool:
    before = day - ONE_DAY
    return before.year in calendar.years and calendar.day(before).kind == STATUTORY_HOLIDAY
