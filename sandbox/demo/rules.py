"""The demonstration's calendar, products and settlement rules."""

from datetime import time
from decimal import Decimal
from typing import Any, Final

from statuspage.calendar.models import CalendarProfile, YearStatus
from statuspage.calendar.selectors import profiles, years
from statuspage.calendar.services import year_load, year_review
from statuspage.lib.money import Fee
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.settlement.cycles import AfterCutoff
from statuspage.settlement.models import SINCE_EVER, SettlementRule
from statuspage.settlement.prices.services import price_add
from statuspage.settlement.rules import rule_add
from statuspage.staff.models import Staff
from statuspage.statements.texts import Text

YEARS: Final = range(2023, 2027)
PRODUCTS: Final[list[tuple[str, Text, str]]] = [
    ("card", {"zh-hans": "刷卡", "en": "Cards"}, "domestic"),
    ("qr", {"zh-hans": "扫码", "en": "QR codes"}, "domestic"),
    ("instant", {"zh-hans": "秒到", "en": "Instant payout"}, "domestic"),
    ("foreign_card", {"zh-hans": "境外卡", "en": "Foreign cards"}, "fx"),
]
# (category, cycle, usual time)
CYCLES: Final = [
    (MerchantCategory.MICRO, "T+1", time(18)),
    (MerchantCategory.INDUSTRY, "D+1", time(12)),
]


def seed_calendar() -> None:
    """Load each year that is not reviewed yet as one person, and review it as another."""
    author, approver = (Staff.objects.get(username=name) for name in ("author", "approver"))
    for profile in profiles():
        done = years(profile.code).filter(status=YearStatus.REVIEWED)
        for year in sorted(set(YEARS) - set(done.values_list("year", flat=True))):
            year_load(profile=profile.code, year=year, by=author)
            year_review(profile=profile.code, year=year, by=approver)


def seed_rules() -> None:
    """Add the products and rules that are missing; the rules have no start date."""
    for position, (code, name, profile) in enumerate(PRODUCTS):
        owner = CalendarProfile.objects.get(code=profile)
        values = {"name": name, "profile": owner, "position": position}
        Product.objects.get_or_create(code=code, defaults=values)
    if SettlementRule.objects.exists():
        return
    for category, cycle, usual in CYCLES:
        common: dict[str, Any] = {
            "category": category,
            "cutoff": time(23),
            "known_from": SINCE_EVER,
        }
        rule_add(cycle=cycle, usual_arrival=usual, **common)
        rule_add(
            product="instant",
            cycle="D+0",
            after_cutoff=AfterCutoff.BASE_RULE,
            **common,
        )
        for product, fixed in (("", 0), ("instant", 1)):
            price_add(
                category=category,
                product=product,
                fee=Fee(Decimal("0.6"), Decimal(fixed)),
                known_from=SINCE_EVER,
            )
