"""Choose the price of a transaction among rows; pure, without queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Final

from statuspage.lib.money import FEN
from statuspage.settlement.prices.models import SMALL_QR, CardType, Channel, Price

QR: Final = frozenset({Channel.QR_SMALL, Channel.QR_LARGE})
ANY: Final = ""


@dataclass(frozen=True)
class Paid:
    """How a transaction was paid; what is empty is not known."""

    card: str = ANY
    channel: str = ANY
    mcc: str = ANY
    amount: Decimal | None = None


@dataclass(frozen=True)
class Option:
    """A price, and the ways of paying for which it holds."""

    price: Price
    ways: Sequence[Paid]


def options(rows: Sequence[Price], paid: Paid) -> list[Option]:
    """Return the prices that the transaction may have; one where no unknown makes a difference.

    `rows` are those of one category that hold on its day, of its product or of every product.
    """
    found: dict[object, tuple[Price, list[Paid]]] = {}
    for way in _ways(rows, paid):
        if price := _best([one for one in rows if _is_for(one, way)]):
            _price, ways = found.setdefault((price.fee, price.fixed_per), (price, []))
            ways.append(way)
    return [Option(price, ways) for price, ways in found.values()]


def overlap(one: Price, other: Price) -> bool:
    """Return whether some transaction of a merchant may fall under both."""
    return (
        _same(one.card, other.card)
        and _same(one.mcc, other.mcc)
        and _same(one.channel, other.channel)
        and (one.up_to is None or other.above < one.up_to)
        and (other.up_to is None or one.above < other.up_to)
    )


def leaves_open(own: Sequence[Price], general: Price, paid: Paid) -> bool:
    """Return whether a product's own rows leave some transaction to a general row.

    Of those that are paid in that way, as far as it is known. It is enough to try one amount
    between each two at which a row begins.
    """
    every = [*own, general]
    amounts = {one.above + FEN for one in every} if paid.amount is None else {paid.amount}
    ways = (way for one in amounts for way in _ways(every, replace(paid, amount=one)))
    return any(_is_for(general, way) and not any(_is_for(one, way) for one in own) for way in ways)


def latest(price: Price) -> tuple[object, ...]:
    """Return what is greatest for the row that holds of several for the same transactions.

    It is the one that begins last, so that a change announced for later still comes when another
    one is announced for before; of those of one day the one announced last.
    """
    return price.begins(), price.known_from, price.pk or 0


def in_place_of(rows: Iterable[Price]) -> list[Price]:
    """Return the rows that no newer list took the place of.

    A price without an end ends where a list begins, even if that list was announced first.
    """
    every = list(rows)
    starts = max((one.begins() for one in every if one.replaces), default=date.min)
    known = [one for one in every if one.valid_until or one.begins() >= starts]
    lists = [one.known_from for one in known if one.replaces]
    newest = max(lists, default=None)
    return [one for one in known if newest is None or one.known_from >= newest]


def _ways(rows: Sequence[Price], paid: Paid) -> Iterator[Paid]:
    """Yield each way of paying that may have been meant, where prices tell them apart."""
    cards = _meant(paid.card, {one.card for one in rows}, CardType.values)
    channels = _meant(channel_of(paid), {one.channel for one in rows}, _channels(paid.amount))
    named = {one.mcc for one in rows}
    groups = [paid.mcc] if paid.mcc else sorted(named | {ANY})
    for card, channel, mcc in product(cards, channels, groups):
        yield Paid(card, channel, mcc, paid.amount)


def _meant(known: str, named: set[str], every: Sequence[str]) -> Sequence[str]:
    if known:
        return [known]
    return every if named - {ANY} else [ANY]


def _channels(amount: Decimal | None) -> list[str]:
    """Return the channels for the amount: a QR payment is small or large by it."""
    if amount is None:
        return list(Channel.values)
    wrong = Channel.QR_LARGE if amount <= SMALL_QR else Channel.QR_SMALL
    return [one for one in Channel.values if one != wrong]


def channel_of(paid: Paid) -> str:
    """Return the channel; a QR payment is small or large by its amount, whatever was said."""
    if paid.channel not in QR or paid.amount is None:
        return paid.channel
    return Channel.QR_SMALL if paid.amount <= SMALL_QR else Channel.QR_LARGE


def _is_for(price: Price, way: Paid) -> bool:
    return (
        price.card in {ANY, way.card}
        and price.channel in {ANY, way.channel}
        and price.mcc in {ANY, way.mcc}
        and (way.amount is None or price.above < way.amount or not price.above)
        and (way.amount is None or price.up_to is None or way.amount <= price.up_to)
    )


def _best(rows: Sequence[Price]) -> Price | None:
    """Return the product's own price before the general one, then the most exact, the latest."""
    own = [one for one in rows if one.product]
    return max(in_place_of(own or rows), key=_rank, default=None)


def _rank(price: Price) -> tuple[object, ...]:
    exact = sum(1 for one in (price.card, price.channel, price.mcc) if one)
    return exact, *latest(price)


def _same(one: str, other: str) -> bool:
    return ANY in {one, other} or one == other
