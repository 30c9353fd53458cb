"""Settlement rules as they were known at a moment, and adding to them.

Nothing said before is changed, so that yesterday's answer can still be given.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.models import DOMESTIC, CalendarProfile
from statuspage.calendar.selectors import profile_of
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.settlement.cycles import SHANGHAI, AfterCutoff, Cycle
from statuspage.settlement.models import DateMeans, SettlementRule
from statuspage.settlement.terms import term_problems
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL, publishing

EVERY_PRODUCT: Final = ""


def products() -> QuerySet[Product]:
    """Return every product, in the order in which it is offered."""
    return Product.objects.select_related("profile")


def product_of(code: str) -> Product | None:
    """Return the product with that code; None for every product.

    Raises:
        ValidationError: there is none.
    """
    if code == EVERY_PRODUCT:
        return None
    try:
        return products().get(code=code)
    except Product.DoesNotExist as error:
        problem = _("Product “%(code)s” not found.") % {"code": code}
        raise ValidationError({"product": problem}, code="product") from error


def rule_for(
    category: str, product: str, at: datetime, as_of: datetime | None = None
) -> SettlementRule | None:
    """Return the rule for a transaction at that moment, by what was known at `as_of` (now).

    A product's own rule takes precedence over the general one; of several the newest applies.
    """
    return _for(category, product, at, as_of).first()


def rule_without(
    statement: Statement, category: str, product: str, at: datetime
) -> SettlementRule | None:
    """Return the rule for a transaction at that moment once this statement is withdrawn."""
    return _for(category, product, at, None).exclude(statement=statement).first()


def rules_on(day: date, as_of: datetime | None = None) -> QuerySet[SettlementRule]:
    """Return the rules of a day: one for each category, and each product with its own."""
    found = _holding(day, as_of).order_by("category", "product", "-known_from", "-pk")
    return found.distinct("category", "product")


def rule_history() -> QuerySet[SettlementRule]:
    """Return every rule there ever was, newest first."""
    rules = SettlementRule.objects.select_related(
        "profile", "payout_calendar", "statement", "entered_by"
    )
    return rules.order_by("-known_from", "-pk")


def _for(
    category: str, product: str, at: datetime, as_of: datetime | None
) -> QuerySet[SettlementRule]:
    on = at.astimezone(SHANGHAI).date()
    found = _holding(on, as_of).filter(category=category, product__in={EVERY_PRODUCT, product})
    return found.order_by("-product", "-known_from", "-pk")


def announced_after(
    category: str, product: str, first: date, last: date | None, as_of: datetime
) -> SettlementRule | None:
    """Return the next rule for just these merchants that begins after `first`, by `last`.

    It was announced before; a rule added now, being newer, takes precedence over it.
    """
    found = _standing(as_of).filter(category=category, product=product, valid_from__gt=first)
    return (found.filter(valid_from__lte=last) if last else found).order_by("valid_from").first()


def _holding(day: date, as_of: datetime | None) -> QuerySet[SettlementRule]:
    return _standing(as_of).filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gte=day)
    )


def _standing(as_of: datetime | None) -> QuerySet[SettlementRule]:
    """Return the rules known by then, without those that were withdrawn by then."""
    moment = as_of or timezone.now()
    taken_back = Statement.objects.filter(
        corrects=OuterRef("statement"), kind=WITHDRAWAL, published_at__lte=moment
    )
    found = SettlementRule.objects.filter(~Exists(taken_back), known_from__lte=moment)
    return found.select_related("profile", "payout_calendar", "statement")


def rule_add(
    *,
    category: str,
    cycle: str,
    product: str = EVERY_PRODUCT,
    cutoff: time | None = None,
    after_cutoff: str = AfterCutoff.ACCOUNTING_NEXT_DAY,
    fallback: str = "",
    usual_arrival: time | None = None,
    opens: time | None = None,
    within: int | None = None,
    payout_calendar: str = "",
    minimum: Decimal | None = None,
    date_means: str = "",
    profile: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
    known_from: datetime | None = None,
    statement: Statement | None = None,
) -> SettlementRule:
    """Add a rule; call it where the notice that says so is being published.

    Left out, `date_means` stays what it was, `profile` is the product's, and
    `known_from` is when the statement was published, or now. `within` is in minutes, `minimum` in
    yuan; `payout_calendar` is the code of a calendar.

    Raises:
        ValidationError: by field, what is impossible.
    """
    _check_period(valid_from, valid_until)
    other_cycle = _cycle_after_cutoff(after_cutoff, cutoff, fallback)
    terms: dict[str, Any] = {
        "product": product,
        "cycle": _cycle("cycle", cycle),
        "cutoff": cutoff,
        "after_cutoff": after_cutoff,
        "usual_arrival": usual_arrival,
        "opens": opens,
        "within": within,
        "minimum": minimum,
    }
    if problems := term_problems({**terms, "payout_calendar": payout_calendar}):
        raise ValidationError(problems)
    with publishing() as now:
        moment = known_from or (statement.published_at if statement else now)
        means = date_means or _date_means_of(category, product, moment)
        return SettlementRule.objects.create(
            **terms,
            category=clean_choice(MerchantCategory, category),
            fallback=other_cycle,
            payout_calendar=_payout_calendar(payout_calendar),
            date_means=clean_choice(DateMeans, means),
            profile=_profile(product, profile),
            valid_from=valid_from,
            valid_until=valid_until,
            known_from=moment,
            statement=statement,
            entered_by=statement.author if statement else None,
        )


def _check_period(valid_from: date | None, valid_until: date | None) -> None:
    if valid_from and valid_until and valid_until < valid_from:
        raise _impossible("valid_until", _("This must not be before the start."))


def _date_means_of(category: str, product: str, moment: datetime) -> str:
    """Return what the dates of the rule until now mean: a notice about a cycle does not say it."""
    before = rule_for(category, product, moment, moment)
    return before.date_means if before else DateMeans.CREDIT


def _profile(product: str, profile: str) -> CalendarProfile:
    """Return the calendar that is named, else the product's, else the domestic one."""
    named = product_of(product)
    return named.profile if named and not profile else profile_of(profile or DOMESTIC)


def _payout_calendar(code: str) -> CalendarProfile | None:
    """Return the calendar on whose closed days nothing is paid; None where every day pays."""
    if not code:
        return None
    try:
        return profile_of(code)
    except ValidationError as error:
        raise ValidationError({"payout_calendar": error.messages}, code="profile") from error


def _cycle_after_cutoff(after_cutoff: str, cutoff: time | None, fallback: str) -> str:
    """Return the cycle that applies after the cut-off; empty where the rule names none.

    Raises:
        ValidationError: by field, what is missing or wrong.
    """
    if clean_choice(AfterCutoff, after_cutoff) != AfterCutoff.FALLBACK_CYCLE:
        return ""
    if cutoff is None:
        raise _impossible("cutoff", _("Enter the time from which the other cycle applies."))
    if not fallback:
        raise _impossible("fallback", _("Enter the cycle that applies after the cut-off."))
    return _cycle("fallback", fallback)


def _impossible(field: str, problem: Any, code: str = "required") -> ValidationError:
    return ValidationError({field: ValidationError(problem, code)})


def _cycle(field: str, written: str) -> str:
    try:
        return str(Cycle.parse(written))
    except ValueError as error:
        problem = _("Enter a settlement cycle, such as T+1, D+0, weekly-friday or monthly-15.")
        raise _impossible(field, problem, "cycle") from error
