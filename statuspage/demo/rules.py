"""The demonstration's products and settlement rules, which have no start date."""

from datetime import time
from decimal import Decimal
from typing import Any, Final

from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.calendar.models import CalendarProfile
from statuspage.settlement.money import Fee
from statuspage.settlement.rules.models import SINCE_EVER, AfterCutoff, Product, SettlementRule
from statuspage.settlement.rules.services import rule_add
from statuspage.statements.texts import Text

CUTOFF: Final = time(23)
INSTANT: Final = "instant"
PRODUCTS: Final[list[tuple[str, Text, str]]] = [
    ("card", {"zh-hans": "刷卡", "en": "Cards"}, "domestic"),
    ("qr", {"zh-hans": "扫码", "en": "QR codes"}, "domestic"),
    (INSTANT, {"zh-hans": "秒到", "en": "Instant payout"}, "domestic"),
    ("foreign_card", {"zh-hans": "境外卡", "en": "Foreign cards"}, "fx"),
]
# (category, cycle, usual time)
CYCLES: Final = [
    (MerchantCategory.MICRO, "T+1", time(18)),
    (MerchantCategory.INDUSTRY, "D+1", time(12)),
]


def seed_rules() -> None:
    """Add what is missing."""
    for position, (code, name, profile) in enumerate(PRODUCTS):
        owner = CalendarProfile.objects.get(code=profile)
        values = {"name": name, "profile": owner, "position": position}
        Product.objects.get_or_create(code=code, defaults=values)
    if SettlementRule.objects.exists():
        return
    for category, cycle, usual in CYCLES:
        common: dict[str, Any] = {
            "category": category,
            "cutoff": CUTOFF,
            "known_from": SINCE_EVER,
        }
        rule_add(cycle=cycle, usual_arrival=usual, fee=Fee(Decimal("0.6")), **common)
        rule_add(
            product=INSTANT,
            cycle="D+0",
            after_cutoff=AfterCutoff.FALLBACK_CYCLE,
            fallback=cycle,
            fee=Fee(Decimal("0.6"), Decimal(1)),
            **common,
        )
