"""How a customer may have paid, as far as the fee differs by it."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.notices.models import Notice
from statuspage.notices.selectors import standing_notices
from statuspage.settlement.prices.models import CardType, Channel
from statuspage.settlement.prices.selectors import has_prices, ways_of_paying


def ways_to_ask(days: Iterable[date]) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of card type, channel and MCC group by which fees of these days differ.

    Prices and promotions count; what neither differs by is left out.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for day in days:
        # A promotion takes the place of a price: without prices no fee is known to differ.
        promoted = _promoted(day) if has_prices(day) else ()
        for name, choices in (*ways_of_paying(day).items(), *promoted):
            known = found.setdefault(name, [])
            known += [one for one in choices if one not in known]
    return found


def _promoted(day: date) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Yield the choices that are needed to know whether a promotion applies."""
    on = day.isoformat()
    for one in _promotions():
        if one.payload["first_day"] <= on <= one.payload["last_day"]:
            if one.payload["card"]:
                yield "card", [(value, str(label)) for value, label in CardType.choices]
            if one.payload["channel"]:
                yield "channel", [(value, str(label)) for value, label in Channel.choices]


@once
def _promotions() -> list[Notice]:
    return list(standing_notices(timezone.now()).filter(kind="promotion"))
