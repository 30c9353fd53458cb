"""Derive the arrival date from rule and calendar, with each step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from statuspage.calendar.models import DOMESTIC, CalendarProfile, CalendarYear
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
from statuspage.settlement.arrival.cycle_words import cycle_name, duration, meaning
from statuspage.settlement.arrival.facts import who
from statuspage.settlement.arrival.known import KnownFacts
from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.settlement.cycles import (
    AfterCutoff,
    ArrivalCalculation,
    Basis,
    NoBaseRule,
    Rule,
)
from statuspage.settlement.models import DateMeans, SettlementRule
from statuspage.settlement.reckoning import (
    Reckoned,
    base_rule,
    deciding_cycle,
    follows_base,
    reckon,
)
from statuspage.settlement.rules import rule_for


@dataclass(frozen=True)
class RuleResult:
    """A date, if there is one, and the steps to it.

    `clock` is the time of day by which the money arrives; `means` what happens on the date, and
    `minimum` the least amount in yuan that is paid out, as the rule says that decided.
    """

    day: date | None
    steps: tuple[Step, ...]
    after_holiday: bool = False
    # The cycle that decided, after the cut-off perhaps another than the rule's own.
    cycle: str = ""
    clock: time | None = None
    means: DateMeans = DateMeans.CREDIT
    minimum: Decimal | None = None
    status: DateStatus = DateStatus.KNOWN


def by_rule(question: Question, known: KnownFacts, rule: SettlementRule) -> RuleResult:
    """Return when the money arrives if nothing is late."""
    first = _rule_step(question, rule)
    try:
        reckoned = reckon(rule, question.product, question.at, question.as_of)
    except (NotYetPublished, NoBaseRule) as refusal:
        return _without_date(first, refusal, rule, question)
    found, calendar = reckoned.found, reckoned.calendar
    means = DateMeans(reckoned.rule.date_means)
    steps = (
        first,
        *_cutoff_steps(question, rule, reckoned.rule if found.by_base else None),
        *_day_steps(found, calendar, known, reckoned.profile),
        *_duration_step(rule, reckoned),
        Step(Code.BY_RULE, {"day": found.arrival}, day=found.arrival),
    )
    before = found.arrival - ONE_DAY
    holiday = before.year in calendar.years and calendar.day(before).kind == STATUTORY_HOLIDAY
    return RuleResult(
        found.arrival,
        steps,
        after_holiday=holiday,
        cycle=str(found.cycle_used),
        clock=found.clock,
        means=means,
        minimum=reckoned.rule.minimum,
    )


def _rule_step(question: Question, rule: SettlementRule) -> Step:
    product = question.product.name if question.product and rule.product else None
    cycle = rule.rule.cycle
    facts = {
        "who": who(question.category.label, product),
        "rule": cycle_name(rule.cycle),
        "meaning": meaning(cycle, rests=rule.rule.rests),
    }
    return Step(Code.RULE, facts, until=_last_day(question, rule), said=rule.statement)


def _last_day(question: Question, rule: SettlementRule) -> date | None:
    """Return the transaction's day where another rule holds by now, or none; None otherwise."""
    if question.day >= question.today:
        return None
    held = rule_for(question.category, question.code, question.as_of, question.as_of)
    return question.day if held != rule else None


def _cutoff_steps(
    question: Question, rule: SettlementRule, base: SettlementRule | None
) -> Iterator[Step]:
    """Say what the time of day means; `base` is the base rule, if that decided."""
    if base:
        facts = {
            "cutoff": rule.cutoff,
            "cycle": cycle_name(rule.cycle),
            "fallback": cycle_name(base.cycle),
            "meaning": meaning(base.rule.cycle, rests=base.rule.rests),
        }
        yield Step(Code.BASE_RULE, facts, said=base.statement)
    yield from _cutoff_step((base or rule).rule, question)


def _without_date(
    first: Step, refusal: NotYetPublished | NoBaseRule, rule: SettlementRule, question: Question
) -> RuleResult:
    follows = follows_base(rule, question.at)
    base = base_rule(rule, question.at, question.as_of) if follows else None
    decides = base or rule
    steps, status = _refused(refusal, question, rule, base)
    return RuleResult(
        None,
        (first, *steps),
        cycle=deciding_cycle(rule, base, question.at),
        means=DateMeans(decides.date_means),
        minimum=decides.minimum,
        status=status,
    )


def _refused(
    refusal: NotYetPublished | NoBaseRule,
    question: Question,
    rule: SettlementRule,
    base: SettlementRule | None,
) -> tuple[Sequence[Step], DateStatus]:
    """Return why there is no date; `base` is the base rule, if that decided."""
    if isinstance(refusal, NoBaseRule):
        facts = {"cutoff": rule.cutoff, "cycle": cycle_name(rule.cycle)}
        return [Step(Code.NO_BASE_RULE, facts)], DateStatus.NO_RULE
    # The State Council has published what the domestic calendar has: then ours lacks the year.
    published = promised_calendar(DOMESTIC, question.as_of).years
    absent = isinstance(refusal, NotInCalendar) or refusal.year in published
    code = Code.NOT_IN_CALENDAR if absent else Code.NOT_PUBLISHED
    missing = Step(code, {"year": str(refusal.year)})
    return [*_cutoff_steps(question, rule, base), missing], DateStatus(code.value)


def _cutoff_step(rule: Rule, question: Question) -> Iterator[Step]:
    if rule.cutoff is None:
        return
    facts = {"cutoff": rule.cutoff, "day": question.day}
    if not rule.closed_at(question.at):
        yield Step(Code.BEFORE_CUTOFF, facts, day=question.day)
    elif rule.after_cutoff is AfterCutoff.FALLBACK_CYCLE and rule.fallback:
        cycles = {"cycle": cycle_name(str(rule.cycle)), "fallback": cycle_name(str(rule.fallback))}
        yield Step(Code.FALLBACK, {**facts, **cycles, "meaning": meaning(rule.fallback)})
    else:
        day = question.day + ONE_DAY
        yield Step(Code.AFTER_CUTOFF, {**facts, "day": day}, day=day)


def _duration_step(rule: SettlementRule, reckoned: Reckoned) -> Iterator[Step]:
    """Say the duration that was promised, where it decided, and the opening it counts from."""
    found, terms = reckoned.found, rule.rule
    if terms.within is None or found.by_base or found.cycle_used != terms.cycle:
        return
    facts = {"duration": duration(rule.within or 0), "opens": terms.opens or time()}
    code = Code.WITHIN_OF_OPENING if terms.opens else Code.WITHIN
    yield Step(code, facts, day=found.arrival)


def _day_steps(
    found: ArrivalCalculation, calendar: Calendar, known: KnownFacts, profile: CalendarProfile
) -> Iterator[Step]:
    """Yield each day on the way that differs from its weekday's rule, or does not settle."""
    skipped = dict(found.skipped)
    if found.cycle_used.basis is Basis.CALENDAR_DAY and not skipped:
        return
    years = set()
    for day in days_between(found.counted_from, found.arrival):
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
