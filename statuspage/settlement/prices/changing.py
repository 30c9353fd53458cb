"""What a change of a fee changes: the prices with the old fee, for the products that it names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from statuspage.lib.money import Fee
from statuspage.notices.audience import Audience, MerchantCategory
from statuspage.settlement.prices.matching import ANY, Paid
from statuspage.settlement.prices.models import Price
from statuspage.settlement.prices.selectors import prices_in_force, products_with_prices


@dataclass(frozen=True)
class Concerned:
    """A price in force that a change is about, and what the change names of it."""

    price: Price
    product: str
    card: str = ANY
    channel: str = ANY

    @property
    def _key(self) -> tuple[object, ...]:
        price = self.price
        return price.category, self.product, self.card, self.channel, price.mcc, price.above

    @property
    def _exact(self) -> int:
        return bool(self.price.card) + bool(self.price.channel)

    @staticmethod
    def alone(found: Iterable["Concerned"]) -> list["Concerned"]:
        """Return of prices for the same transactions the one that is made for them."""
        best: dict[object, Concerned] = {}
        for one in found:
            before = best.get(one._key)
            best[one._key] = one if before is None or one._exact > before._exact else before
        return list(best.values())


@dataclass(frozen=True)
class Scope:
    """Whose fee a notice names: merchants, products, and perhaps a card type and a channel."""

    audience: Audience
    card: str = ANY
    channel: str = ANY

    @property
    def categories(self) -> Sequence[str]:
        """The categories of merchants that are named."""
        return self.audience.get("categories") or list(MerchantCategory.values)

    @property
    def products(self) -> Sequence[str]:
        """The products that are named; empty for all."""
        return self.audience.get("products") or ()

    def prices(self, day: date, moment: datetime) -> list[Concerned]:
        """Return the prices in force on that day that it names, as known at that moment."""
        return Concerned.alone(
            Concerned(price, product, price.card or self.card, price.channel or self.channel)
            for category in self.categories
            for product in self._products(category, day, moment)
            for price in prices_in_force(category, product, day, moment, self._paid)
            if self.card in {ANY, price.card} or not price.card
            if self.channel in {ANY, price.channel} or not price.channel
        )

    @property
    def _paid(self) -> Paid:
        return Paid(self.card, self.channel)

    def unpriced(self, day: date, moment: datetime) -> Iterator[tuple[str, str]]:
        """Yield the categories and products that are named and have no price at all yet."""
        for category in self.categories:
            for product in self.products or [ANY]:
                if not prices_in_force(category, product, day, moment):
                    yield category, product

    def _products(self, category: str, day: date, moment: datetime) -> Sequence[str]:
        return self.products or [ANY, *products_with_prices(category, day, moment)]


def split(found: Sequence[Concerned], old: Fee) -> tuple[list[Concerned], list[Concerned]]:
    """Return the prices with the old fee, and those with another."""
    with_it = [one for one in found if one.price.fee == old]
    return with_it, [one for one in found if one.price.fee != old]


def scope_of(audience: Audience, payload: Mapping[str, Any]) -> Scope:
    """Return whose fee a payload with an optional card type and channel is about."""
    return Scope(audience, payload.get("card") or ANY, payload.get("channel") or ANY)
