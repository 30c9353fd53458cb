"""Products and rules, as an operator has them."""

from datetime import datetime, time
from typing import Any

from statuspage.calendar.models import CalendarProfile
from statuspage.lib.money import Fee, parse_fee
from statuspage.notices.models import Product
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.prices.models import Price
from statuspage.settlement.prices.services import price_add
from statuspage.settlement.rules import rule_add
from tests.factories import text

LONG_AGO = datetime(2000, 1, 1, tzinfo=SHANGHAI)


def beijing(written: str) -> datetime:
    """Return a moment as a clock in Beijing shows it."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def make_product(
    code: str = "qr",
    name: str = "扫码支付",
    english: str = "QR payments",
    profile: str = "domestic",
) -> Product:
    """Return a product."""
    owner = CalendarProfile.objects.get(code=profile)
    return Product.objects.create(code=code, name=text(name, english), profile=owner)


def make_rule(
    cycle: str = "T+1", category: str = "micro", fee: Fee | None = None, **values: Any
) -> SettlementRule:
    """Return a rule that was always known, unless told; with a price too, where a fee is given."""
    values.setdefault("known_from", LONG_AGO)
    if fee:
        make_price(
            fee, category, product=values.get("product", ""), known_from=values["known_from"]
        )
    return rule_add(category=category, cycle=cycle, **values)


def make_price(fee: Fee | str, category: str = "micro", **values: Any) -> Price:
    """Return a price that was always known, unless told."""
    values.setdefault("known_from", LONG_AGO)
    return price_add(
        category=category, fee=parse_fee(fee) if isinstance(fee, str) else fee, **values
    )


def make_instant_rule(**values: Any) -> SettlementRule:
    """D+0 until 23:00, else T+1."""
    return make_rule(
        "D+0", cutoff=time(23), after_cutoff="fallback_cycle", fallback="T+1", **values
    )
