"""Derive the arrival date from rule and calendar, with each step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from statuspage.calendar.models import CalendarProfile, CalendarYear
from statuspage.calendar.selectors import promised_calendar
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    Day,
    NotInCalendar,
    NotYetPublished,
    days_between,
)
from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.known import KnownFacts
from statuspage.settlement.arrival.words import Code, DateStatus, meaning, who
from statuspage.settlement.cycles import (
    AfterCutoff,
    ArrivalCalculation,
    Basis,
    Rule,
    calculate_arrival,
)
from statuspage.settlement.models import SettlementRule


@dataclass(frozen=True)
class RuleResult:
    """A date, if there is one, and the steps to it."""

    day: date | None
    steps: tuple[Step, ...]
    after_holiday: bool = False
    # The cycle that decided, after the cut-off perhaps another than the rule's own.
    cycle: str = ""
    status: DateStatus = DateStatus.KNOWN


def by_rule(question: Question, known: KnownFacts, rule: SettlementRule) -> RuleResult:
    """Return when the money arrives if nothing is late."""
    # A product brings its own calendar; the rule's is for those who name none.
    profile = question.product.profile if question.product else rule.profile
    calendar = promised_calendar(profile.code, question.as_of)
    product = question.product.name if question.product and rule.product else None
    cycle, merchants = rule.rule.cycle, who(question.category.label, product)
    facts = {"who": merchants, "rule": str(cycle), "meaning": meaning(cycle)}
    first = Step(Code.RULE, facts, day=rule.valid_from, said=rule.statement)
    try:
        found = calculate_arrival(rule.rule, question.at, calendar)
    except NotYetPublished as refusal:
        return _without_date(first, refusal)
    steps = (
        first,
        *_cutoff_step(rule.rule, found),
        *_day_steps(found, calendar, known, profile),
        Step(Code.BY_RULE, {"day": found.arrival}, day=found.arrival),
    )
    before = found.arrival - ONE_DAY
    holiday = before.year in calendar.years and calendar.day(before).kind == STATUTORY_HOLIDAY
    return RuleResult(found.arrival, steps, after_holiday=holiday, cycle=str(found.cycle_used))


def _without_date(first: Step, refusal: NotYetPublished) -> RuleResult:
    absent = isinstance(refusal, NotInCalendar)
    code = Code.NOT_IN_CALENDAR if absent else Code.NOT_PUBLISHED
    step = Step(code, {"year": str(refusal.year)})
    return RuleResult(None, (first, step), status=DateStatus(code.value))


def _cutoff_step(rule: Rule, found: ArrivalCalculation) -> Iterator[Step]:
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
    found: ArrivalCalculation, calendar: Calendar, known: KnownFacts, profile: CalendarProfile
) -> Iterator[Step]:
    """Yield each day on the way that differs from its weekday's rule, or does not settle."""
    if found.cycle_used.basis is Basis.CALENDAR_DAY:
        return
    skipped = dict(found.skipped)
    years = set()
    for day in days_between(found.accounting_day, found.arrival):
        what = calendar.day(day)
        made_up = what.kind == MAKE_UP_WORKDAY
        if day in skipped or (made_up and day > found.accounting_day):
            yield _day_step(day, what, known, profile)
            if made_up or what.kind == STATUTORY_HOLIDAY:
                years.add(day.year)
    documents = CalendarYear.objects.filter(profile=profile, year__in=years).order_by("year")
    for year in documents.exclude(document_number="") if years else ():
        # The State Council's notices on which these years are based.
        yield Step(Code.CALENDAR, {"document": year.document_number})


def _day_step(day: date, what: Day, known: KnownFacts, profile: CalendarProfile) -> Step:
    # A change by notice is newer than any schedule that it would contradict.
    said = known.calendar_change(profile.code, day)
    # Weekends beside a holiday are in its schedule too; where a profile rests on a make-up workday,
    # the schedule says otherwise.
    if said is None and (what.settles or what.kind != MAKE_UP_WORKDAY):
        said = known.schedule(day)
    return Step(
        Code.MAKE_UP_WORKDAY if what.settles else Code.SKIPPED,
        {"day": day, "name": what.label, "kind": what.kind},
        day=day,
        said=known.said(said) if said else None,
    )
