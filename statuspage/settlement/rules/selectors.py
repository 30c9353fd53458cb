"""Reading rules as they were known at a moment."""

from datetime import date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.rules.models import Product, SettlementRule
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL

EVERY_PRODUCT: Final = ""


def products() -> QuerySet[Product]:
    """Every product, in the order in which it is offered."""
    return Product.objects.select_related("profile")


def rule_for(
    category: str, product: str, at: datetime, as_of: datetime | None = None
) -> SettlementRule | None:
    """The rule for a transaction at that moment, by what was known at `as_of` (now).

    A product's own rule goes before the one for every product; of several the newest holds.
    """
    return _for(category, product, at, as_of).first()


def fee_rule_for(
    category: str, product: str, at: datetime, as_of: datetime | None = None
) -> SettlementRule | None:
    """The same among those rules that name a fee; the others left it as it was."""
    return _for(category, product, at, as_of).filter(fee_percent__isnull=False).first()


def rules_on(day: date, as_of: datetime | None = None) -> QuerySet[SettlementRule]:
    """The rules that hold on a day: one for each category, and for each product with its own."""
    found = _holding(day, as_of).order_by("category", "product", "-known_from", "-pk")
    return found.distinct("category", "product")


def rule_history() -> QuerySet[SettlementRule]:
    """Every rule there ever was, the newest first."""
    rules = SettlementRule.objects.select_related("profile", "statement", "entered_by")
    return rules.order_by("-known_from", "-pk")


def _for(
    category: str, product: str, at: datetime, as_of: datetime | None
) -> QuerySet[SettlementRule]:
    on = at.astimezone(SHANGHAI).date()
    found = _holding(on, as_of).filter(category=category, product__in={EVERY_PRODUCT, product})
    return found.order_by("-product", "-known_from", "-pk")


def _holding(day: date, as_of: datetime | None) -> QuerySet[SettlementRule]:
    moment = as_of or timezone.now()
    taken_back = Statement.objects.filter(
        corrects=OuterRef("statement"), kind=WITHDRAWAL, published_at__lte=moment
    )
    return SettlementRule.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day),
        Q(valid_until=None) | Q(valid_until__gte=day),
        ~Exists(taken_back),
        known_from__lte=moment,
    ).select_related("profile", "statement")
