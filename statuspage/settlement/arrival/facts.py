"""How the facts of an answer's steps are shown, in the active language and Beijing time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import singledispatch

from django.utils.functional import Promise
from django.utils.functional import lazy as lazily
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.lib.money import yuan
from statuspage.notices.phrases import (
    WEEKDAYS,
    listed,
    short_day,
    short_moment,
    transactions,
)
from statuspage.settlement.prices.matching import Option, Paid
from statuspage.settlement.prices.words import as_row, fee_words, limit_said, rate_said, way_said
from statuspage.statements.texts import for_reader


@singledispatch
def shown(value: object) -> str:
    """Return a fact as readers see it."""
    return str(value)


@shown.register
def _text(value: Mapping) -> str:  # type: ignore[type-arg]  # singledispatch wants the bare type
    return for_reader(value)


@shown.register
def _day(value: date) -> str:
    names = {"day": short_day(value.isoformat()), "weekday": WEEKDAYS[value.weekday()]}
    return pgettext("day and weekday", "%(weekday)s %(day)s") % names


@shown.register
def _moment(value: datetime) -> str:
    return short_moment(value.isoformat())


@shown.register
def _clock(value: time) -> str:
    return f"{value:%H:%M}"


@shown.register
def _amount(value: Decimal) -> str:
    return yuan(value)


def _who(category: str | Promise, product: Mapping[str, str] | None) -> str:
    if product is None:
        return str(category)
    return f"{category} · {for_reader(product)}"


def _condition(*, if_affected: bool) -> str:
    """Return the condition on which a waiver counts, to follow its sentence; empty for all."""
    return str(_(", if your transaction is among those affected")) if if_affected else ""


def _way(way: Paid) -> str:
    return way_said(way) or str(_("Other transactions"))


def _prices(options: Sequence[Option]) -> str:
    """Return each price with the ways of paying that it is for."""
    form = pgettext("price by way of paying", "%(ways)s: %(fee)s")
    said = [
        form % {"ways": listed(map(_way, one.ways)), "fee": fee_words(as_row(one.price))}
        for one in options
    ]
    return pgettext("between groups of merchants", "; ").join(said)


def _waived_share(percent: str | None, amount: str | None) -> str:
    """Return a share of the fee, or an amount at most: a waiver says one of them."""
    if percent is not None:
        return f"{percent}%"
    return _("up to %(amount)s yuan") % {"amount": yuan(Decimal(amount or 0))}


# Facts that are worded when they are read, in the reader's language.
who = lazily(_who, str)
those_transactions = lazily(transactions, str)
waived_share = lazily(_waived_share, str)
condition = lazily(_condition, str)
prices_said = lazily(_prices, str)
limit = lazily(limit_said, str)
promoted_rate = lazily(rate_said, str)
paid_said = lazily(way_said, str)
