"""What notices about prices share: card type, channel, and whose prices they name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.notices.audience import AGENT_KEYS, LISTS, Audience
from statuspage.notices.fields import Line, optional
from statuspage.notices.values import choice_of
from statuspage.settlement.prices.changing import Concerned
from statuspage.settlement.prices.matching import Paid
from statuspage.settlement.prices.models import CardType, Channel
from statuspage.settlement.prices.words import as_row, fee_words, product_names, way_said, who
from statuspage.statements.canonical import Json

CARD: Final = optional(
    "card", _("Card type"), choice_of(CardType), help=_("None chosen: all types of card.")
)
CHANNEL: Final = optional(
    "channel", _("Channel"), choice_of(Channel), help=_("None chosen: all channels.")
)
# What a price differs by; nothing else of an audience is in the price list.
PRICED_BY: Final = frozenset({"categories", "products"})


def check_by_product(audience: Audience) -> None:
    """Refuse an audience by which no price differs: the answers about fees could not know it.

    Raises:
        ValidationError: it names terminals, cycles, agents or provinces.
    """
    others = [one for one in (*LISTS, AGENT_KEYS) if one not in PRICED_BY and audience.get(one)]
    if others:
        problem = _(
            "Prices differ by merchants and products only. For others write a general notice."
        )
        raise ValidationError(dict.fromkeys(others, problem))


def only_for(payload: Mapping[str, Any]) -> Iterator[str]:
    """Yield for which card and channel alone a fee is: who reads it on a phone reckons with it."""
    way = Paid(card=payload.get("card") or "", channel=payload.get("channel") or "")
    if said := way_said(way):
        yield _("Only for %(what)s.") % {"what": said}


def kept_json(others: Sequence[Concerned]) -> list[Json]:
    """Return prices that a notice leaves as they are, for its statement."""
    return [_row(one) for one in others]


def kept_lines(payload: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the line that says which prices stay as they are."""
    if payload.get("kept"):
        yield Line(_("Unchanged"), _said(payload["kept"]))


def concerned_said(found: Sequence[Concerned]) -> str:
    """Return prices with whose they are, in a sentence."""
    return _said([_row(one) for one in found])


def _row(one: Concerned) -> dict[str, Json]:
    named = {"product": one.product, "card": one.card, "channel": one.channel}
    return {**as_row(one.price), **named}


def _said(rows: Sequence[Mapping[str, Any]]) -> str:
    names = product_names()
    form = pgettext("whose price it is", "%(who)s: %(fee)s")
    said = [form % {"who": who(row, names), "fee": fee_words(row)} for row in rows]
    return pgettext("between groups of merchants", "; ").join(dict.fromkeys(said))
