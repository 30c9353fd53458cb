"""How prices are said on pages, in the active language."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from statuspage.lib.money import parse_fee
from statuspage.lib.punctuation import in_parentheses
from statuspage.lib.render_cache import once
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.notices.phrases import money, short_day
from statuspage.settlement.prices.matching import Paid
from statuspage.settlement.prices.models import CardType, Channel, FixedPer, Price
from statuspage.statements.canonical import Json
from statuspage.statements.texts import for_reader

# One thing's parts, as in “micro merchants · instant payout”.
BETWEEN = " · "


@once
def product_names() -> dict[str, Mapping[str, str]]:
    """Return the names of all products by code."""
    return dict(Product.objects.values_list("code", "name"))


def who(row: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> str:
    """Return whose price it is: merchants, and what it is the price of."""
    return BETWEEN.join([str(MerchantCategory(row["category"]).label), *what(row, names)])


def what(row: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the product, card, channel, group and amounts that a price is for."""
    if row["product"]:
        yield for_reader(names.get(row["product"]) or {"zh-hans": row["product"]})
    yield from _paid(row)
    above, up_to = Decimal(row.get("above") or 0), row.get("up_to")
    values = {"above": money(str(above)), "up_to": money(up_to) if up_to else ""}
    if above and up_to:
        yield _("above %(above)s, up to %(up_to)s") % values
    elif above or up_to:
        yield (_("above %(above)s") if above else _("up to %(up_to)s")) % values


def way_said(way: Paid) -> str:
    """Return how something is paid: card, channel, group."""
    parts = {"card": way.card, "channel": way.channel, "mcc": way.mcc}
    return BETWEEN.join(_paid(parts))


def fee_words(row: Mapping[str, Any]) -> str:
    """Return the fee, what its fixed part is charged for, and its last day if it has one."""
    fee = parse_fee(row["fee"])
    said = str(fee)
    if fee.fixed and row.get("fixed_per") == FixedPer.PAYOUT:
        said = _("%(fee)s per payout") % {"fee": said}
    if row.get("valid_until"):
        said = _("%(fee)s, until %(day)s") % {"fee": said, "day": short_day(row["valid_until"])}
    return said


def as_row(price: Price) -> dict[str, Json]:
    """Return a price as a row of a list writes it, without its days."""
    same = ("category", "product", "card", "channel", "mcc", "fixed_per")
    return {
        **{name: getattr(price, name) for name in same},
        "above": f"{price.above:.2f}",
        "up_to": f"{price.up_to:.2f}" if price.up_to else None,
        "fee": dict(price.fee.as_json()),
    }


def rate_said(promotion: Mapping[str, Any]) -> str:
    """Return a promotion's fee, with its limit for each merchant if it has one."""
    rate, limit = str(parse_fee(promotion["fee"])), limit_said(promotion)
    if not limit:
        return rate
    return rate + in_parentheses(_("limit per merchant: %(limit)s") % {"limit": limit})


def limit_said(promotion: Mapping[str, Any]) -> str:
    """Return a promotion's limit for each merchant; empty without one."""
    amount, count = promotion["limit_amount"], promotion["limit_transactions"]
    values = {
        "amount": money(amount) if amount else "",
        "count": f"{count:,}" if count else "",
    }
    if amount and count:
        return _("%(amount)s and %(count)s transactions") % values
    if count:
        return _("%(count)s transactions") % values
    return values["amount"]


def _paid(row: Mapping[str, Any]) -> Iterator[str]:
    if row.get("card"):
        yield str(CardType(row["card"]).label)
    if row.get("channel"):
        yield str(Channel(row["channel"]).label)
    if row.get("mcc"):
        yield str(row["mcc"])
