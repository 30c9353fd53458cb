"""Prices as they were known at a moment."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.settlement.prices.matching import (
    ANY,
    Option,
    Paid,
    in_place_of,
    latest,
    leaves_open,
    options,
)
from statuspage.settlement.prices.models import CardType, Channel, Price
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL


def prices_on(day: date, as_of: datetime | None = None) -> QuerySet[Price]:
    """Return the prices that hold on a day by what was known at `as_of` (now), newest first.

    Earlier ones that a list took the place of are among them: the choice is matching.py's.
    """
    moment = as_of or timezone.now()
    taken_back = Statement.objects.filter(
        corrects=OuterRef("statement"), kind=WITHDRAWAL, published_at__lte=moment
    )
    found = Price.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day),
        Q(valid_until=None) | Q(valid_until__gte=day),
        ~Exists(taken_back),
        known_from__lte=moment,
    )
    return found.select_related("statement").order_by("-known_from", "pk")


def price_options(
    category: str, product: str, day: date, as_of: datetime | None = None, paid: Paid | None = None
) -> list[Option]:
    """Return the prices that a transaction of that merchant and product may have on that day."""
    rows = prices_on(day, as_of).filter(category=category, product__in={ANY, product})
    return options(list(rows), paid or Paid())


def prices_in_force(
    category: str,
    product: str,
    day: date,
    as_of: datetime | None = None,
    paid: Paid | None = None,
) -> list[Price]:
    """Return the rows that hold for that merchant and product, paid in that way (any).

    They are its own, and the general ones for what its own leave open.
    """
    rows = list(prices_on(day, as_of).filter(category=category))
    own = _in_force(rows, category, product)
    if not any(one.product for one in own):
        return own
    general = _in_force(rows, category, ANY)
    return [*own, *(one for one in general if leaves_open(own, one, paid or Paid()))]


def current_prices(day: date) -> list[Price]:
    """Return every price in force, of each category, for products in the order of their codes."""
    rows = _rows(day)
    pairs = sorted({(one.category, one.product) for one in rows})
    return [one for pair in pairs for one in _in_force(rows, *pair)]


def has_prices(day: date) -> bool:
    """Return whether any price holds on that day."""
    return bool(_rows(day))


def products_with_prices(category: str, day: date, as_of: datetime | None = None) -> list[str]:
    """Return the codes of the products that have a price of their own."""
    own = prices_on(day, as_of).filter(category=category).exclude(product=ANY)
    return sorted(set(own.values_list("product", flat=True)))


def ways_of_paying(day: date) -> dict[str, list[tuple[str, str]]]:
    """Return the types of card, channels and MCC groups by which prices of a day differ, to choose.

    What no price differs by is left out.
    """
    rows = [(one.card, one.channel, one.mcc) for one in _rows(day)]
    cards, channels, groups = ({row[column] for row in rows} - {ANY} for column in range(3))
    every: dict[str, list[tuple[str, str]]] = {
        "card": [(value, str(label)) for value, label in CardType.choices] if cards else [],
        "channel": [(value, str(label)) for value, label in Channel.choices] if channels else [],
        "mcc": [(one, one) for one in sorted(groups)],
    }
    return {name: choices for name, choices in every.items() if choices}


@once
def _rows(day: date) -> list[Price]:
    """Return the prices of a day; each language of a page asks again."""
    return list(prices_on(day))


def _in_force(rows: Sequence[Price], category: str, product: str) -> list[Price]:
    alike = [one for one in rows if one.category == category]
    own = [one for one in alike if one.product == product]
    return _latest(in_place_of(own or [one for one in alike if one.product == ANY]))


def _latest(rows: list[Price]) -> list[Price]:
    """Return of rows for the same transactions the latest; what changed one stands for it."""
    found: dict[object, Price] = {}
    for one in sorted(rows, key=latest):
        found[(one.card, one.channel, one.mcc, one.above, one.up_to)] = one
    return list(found.values())
