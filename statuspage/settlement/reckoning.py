"""Calculate by a rule as it stands in the database: with its calendar, and the base rule's."""

from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.calendar.models import CalendarProfile
from statuspage.calendar.selectors import promised_calendar
from statuspage.calendar.workdays import Calendar
from statuspage.notices.models import Product
from statuspage.settlement.cycles import (
    AfterCutoff,
    ArrivalCalculation,
    Base,
    NoBaseRule,
    Rule,
    calculate_arrival,
)
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.rules import EVERY_PRODUCT, rule_for


@dataclass(frozen=True)
class Reckoned:
    """A calculation, the rule that decided it (its own or the base rule), and its calendar."""

    found: ArrivalCalculation
    rule: SettlementRule
    profile: CalendarProfile
    calendar: Calendar


def calendar_profile(rule: SettlementRule, product: Product | None) -> CalendarProfile:
    """Return the calendar that a rule goes by for a product (None: for those without one).

    That of the closed days, if the rule names one; else a product's own, else the rule's.
    """
    return rule.payout_calendar or (product.profile if product else rule.profile)


def base_rule(rule: SettlementRule, at: datetime, as_of: datetime) -> SettlementRule | None:
    """Return the base rule of the merchant's category for a transaction at that moment.

    It is found when the question is asked, by what was known at `as_of`: a base rule that was
    withdrawn does not count, and one that changed counts as it was changed.
    """
    return rule_for(rule.category, EVERY_PRODUCT, at, as_of)


def follows_base(rule: SettlementRule, at: datetime) -> bool:
    """Return whether a transaction at that moment follows the base rule, by the rule's words."""
    return rule.after_cutoff == AfterCutoff.BASE_RULE and rule.rule.closed_at(at)


def deciding_cycle(rule: SettlementRule, base: SettlementRule | None, at: datetime) -> str:
    """Return the cycle that a transaction at that moment follows; no calendar is needed for it.

    `base` is the base rule for that moment, if there is one.
    """
    if base and follows_base(rule, at):
        return deciding_cycle(base, None, at)
    # Only a rule that follows another cycle after the cut-off names one.
    return (rule.fallback if rule.rule.closed_at(at) else "") or rule.cycle


def reckon(
    rule: SettlementRule, product: Product | None, at: datetime, as_of: datetime
) -> Reckoned:
    """Return when a transaction's money arrives by the rule, and the rule that decided.

    Raises:
        NotYetPublished: a date depends on a year that is not loaded.
        NoBaseRule: the base rule decides after the cut-off, and none is known.
    """
    own = as_written(rule, product, at, as_of)
    falls_back = own.found.cutoff_passed and rule.after_cutoff == AfterCutoff.FALLBACK_CYCLE
    return _not_faster(own, at, as_of) if falls_back and rule.product else own


def as_written(
    rule: SettlementRule, product: Product | None, at: datetime, as_of: datetime
) -> Reckoned:
    """Return the calculation by the rule's own words, even if the base rule is slower; see reckon.

    Raises:
        NotYetPublished, NoBaseRule: as reckon does.
    """
    profile = calendar_profile(rule, product)
    if rule.after_cutoff == AfterCutoff.BASE_RULE:
        return _with_base(rule, rule.rule, profile, at, as_of)
    calendar = promised_calendar(profile.code, as_of)
    return Reckoned(calculate_arrival(rule.rule, at, calendar), rule, profile, calendar)


def _with_base(
    rule: SettlementRule, terms: Rule, own: CalendarProfile, at: datetime, as_of: datetime
) -> Reckoned:
    """Return a calculation by terms of which the base rule decides after the cut-off."""
    other = base_rule(rule, at, as_of)
    profile = calendar_profile(other, None) if other else own
    by_base = promised_calendar(profile.code, as_of)
    base = Base(other.rule, by_base) if other else None
    calendar = promised_calendar(own.code, as_of)
    found = calculate_arrival(terms, at, calendar, base)
    if other and found.by_base:
        return Reckoned(found, other, profile, by_base)
    return Reckoned(found, rule, own, calendar)


def _not_faster(own: Reckoned, at: datetime, as_of: datetime) -> Reckoned:
    """Return the base rule's calculation where the fallback of a product is faster than that.

    The base rule may have been lengthened after the product's rule was published.
    """
    terms = replace(own.rule.rule, after_cutoff=AfterCutoff.BASE_RULE, fallback=None)
    try:
        ordinary = _with_base(own.rule, terms, own.profile, at, as_of)
    except NoBaseRule:
        return own
    return ordinary if ordinary.found.arrival > own.found.arrival else own
