"""Adding rules: nothing said before is changed, so that yesterday's answer can still be given."""

from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.calendar.models import CalendarProfile
from statuspage.settlement.cycles import Cycle
from statuspage.settlement.money import ZERO, Fee
from statuspage.settlement.rules.models import (
    AfterCutoff,
    DateMeans,
    Product,
    SettlementRule,
)
from statuspage.settlement.rules.selectors import EVERY_PRODUCT, rule_for
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing

DOMESTIC: Final = "domestic"


def rule_add(
    *,
    category: str,
    cycle: str,
    product: str = EVERY_PRODUCT,
    cutoff: time | None = None,
    after_cutoff: str = AfterCutoff.ACCOUNTING_NEXT_DAY,
    fallback: str = "",
    usual_arrival: time | None = None,
    date_means: str = "",
    profile: str = "",
    fee: Fee | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    known_from: datetime | None = None,
    statement: Statement | None = None,
    by: Author | None = None,
) -> SettlementRule:
    """Add a rule; call it where the notice that says so is being published.

    Left out, `fee` and `date_means` stay what they were, `profile` is the product's, and
    `known_from` is when the statement was published, or now.

    Raises:
        ValidationError: by field, what of it is not possible.
    """
    _check_period(valid_from, valid_until)
    after = clean_choice(AfterCutoff, after_cutoff)
    _check_fallback(after, cutoff, fallback)
    with publishing():
        moment = known_from or (statement.published_at if statement else timezone.now())
        so_far = _date_means_so_far(category, product, moment)
        return SettlementRule.objects.create(
            category=clean_choice(MerchantCategory, category),
            product=product,
            cycle=_cycle("cycle", cycle),
            cutoff=cutoff,
            after_cutoff=after,
            fallback=_cycle("fallback", fallback) if after == AfterCutoff.FALLBACK_CYCLE else "",
            usual_arrival=usual_arrival,
            date_means=clean_choice(DateMeans, date_means or so_far),
            profile=_profile(product, profile),
            fee_percent=fee.percent if fee else None,
            fee_fixed=fee.fixed if fee else ZERO,
            valid_from=valid_from,
            valid_until=valid_until,
            known_from=moment,
            statement=statement,
            entered_by=by,
        )


def _cycle(field: str, written: str) -> str:
    try:
        return str(Cycle.parse(written))
    except ValueError as error:
        raise ValidationError(
            {field: _("Write a settlement cycle, such as T+1 or D+0.")}, code="cycle"
        ) from error


def _check_period(begins: date | None, ends: date | None) -> None:
    if begins and ends and ends < begins:
        raise ValidationError(
            {"valid_until": _("This must not be before the other date.")}, code="period"
        )


def _check_fallback(after: str, cutoff: time | None, fallback: str) -> None:
    if after != AfterCutoff.FALLBACK_CYCLE:
        return
    if cutoff is None:
        raise ValidationError(
            {"cutoff": _("Say from what time on the other cycle holds.")}, code="required"
        )
    if not fallback:
        raise ValidationError(
            {"fallback": _("Say which cycle holds after the cut-off.")}, code="required"
        )


def _profile(product: str, profile: str) -> CalendarProfile:
    """The named calendar, else the product's own, else the domestic one."""
    if product != EVERY_PRODUCT:
        found = Product.objects.select_related("profile").filter(code=product).first()
        if found is None:
            raise ValidationError(
                {"product": _("There is no product “%(code)s”.") % {"code": product}},
                code="product",
            )
        if not profile:
            return found.profile
    try:
        return CalendarProfile.objects.get(code=profile or DOMESTIC)
    except CalendarProfile.DoesNotExist as error:
        raise ValidationError(
            {"profile": _("There is no calendar “%(code)s”.") % {"code": profile}}, code="profile"
        ) from error


def _date_means_so_far(category: str, product: str, moment: datetime) -> str:
    """What the dates of the rule before meant; a notice about a cycle does not speak of that."""
    before = rule_for(category, product, moment, moment)
    return before.date_means if before else DateMeans.CREDIT
