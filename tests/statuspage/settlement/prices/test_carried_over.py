"""An earlier release kept fees at rules and read changes from notices: every answer stays."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import product
from types import SimpleNamespace
from typing import Any, Self

import pytest
from django.apps import apps

from statuspage.notices.models import Notice
from statuspage.settlement.prices.selectors import price_options
from statuspage.statements.services import Subject, publish
from tests.factories import text
from tests.statuspage.settlement.rules.factories import beijing

pytestmark = pytest.mark.django_db

MIGRATION = import_module("statuspage.settlement.migrations.0008_price_rows")
# (category, product, percent, fixed, known from)
RULES = [
    ("micro", "", "0.6", "0", "2020-01-01"),
    ("micro", "instant", "0.6", "1", "2020-01-01"),
    ("industry", "", "0.38", "0", "2020-01-01"),
    ("micro", "", "0.55", "0", "2025-03-01"),
    ("industry", "instant", "0.5", "2", "2025-05-01"),
]
# (categories, products, percent, fixed, published, effective on, withdrawn)
CHANGES = [
    ([], [], "1", "3", "2025-01-10", "2025-02-10", None),
    (["micro"], ["qr"], "0.3", "0", "2025-02-01", "2025-02-05", None),
    (["micro"], [], "0.8", "0", "2025-04-01", "2025-05-01", "2025-04-10"),
    ([], ["instant"], "0.9", "1", "2025-06-01", "2025-07-01", None),
    ([], [], "0.7", "0", "2025-08-01", "2025-09-01", None),
]


class OldRules:
    """The rules of that release, which had columns for fees: those that name one."""

    def exclude(self, **_conditions: Any) -> Self:
        return self

    def order_by(self, *_names: str) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                pk=number,
                category=category,
                product=code,
                fee_percent=Decimal(percent),
                fee_fixed=Decimal(fixed),
                valid_from=None,
                valid_until=None,
                known_from=beijing(f"{known} 10:00"),
                statement_id=None,
                entered_by_id=None,
            )
            for number, (category, code, percent, fixed, known) in enumerate(RULES)
        ]


class OldApps:
    """The models as the migration is given them."""

    def get_model(self, app: str, name: str) -> Any:
        if name == "SettlementRule":
            return SimpleNamespace(objects=OldRules())
        return apps.get_model(app, name)


def changes() -> None:
    """Publish the changes as that release did."""
    for categories, products, percent, fixed, at, effective_on, withdrawn in CHANGES:
        notice = Notice.objects.create(
            kind="fee_change",
            title=text("费率调整"),
            payload={
                "old_fee": {"percent": "0.6", "fixed": "0.00"},
                "new_fee": {"percent": percent, "fixed": fixed},
                "effective_on": effective_on,
            },
            audience={"categories": categories, "products": products, "agents": False},
            published_at=beijing(f"{at} 10:00"),
        )
        said = publish(
            kind="notice.fee_change",
            subject=Subject("notice", notice.public_id),
            content={
                "name": text("费率调整"),
                "body": text("详见公告。"),
                "payload": notice.payload,
            },
            author=None,
            published_at=notice.published_at,
        )
        if withdrawn:
            publish(
                kind="withdrawal",
                subject=Subject("notice", notice.public_id),
                content={"name": text("费率调整"), "body": text("误发")},
                author=None,
                published_at=beijing(f"{withdrawn} 10:00"),
                corrects=said,
            )


def as_before(category: str, code: str, day: date, as_of: datetime) -> tuple[str, str] | None:
    """Return the fee as that release answered: the newest change, unless a rule is newer still."""
    rules = [
        (own, known, number)
        for number, (of, own, _percent, _fixed, known) in enumerate(RULES)
        if of == category and own in {"", code} and beijing(f"{known} 10:00") <= as_of
    ]
    said = [
        (at, number)
        for number, (of, codes, _percent, _fixed, at, begins, gone) in enumerate(CHANGES)
        if (not of or category in of) and (not codes or code in codes)
        if begins <= day.isoformat() and beijing(f"{at} 10:00") <= as_of
        if not gone or beijing(f"{gone} 10:00") > as_of
    ]
    rule, change = max(rules, default=None), max(said, default=None)
    if change and not (rule and rule[1] > change[0]):
        return CHANGES[change[1]][2:4]
    return RULES[rule[2]][2:4] if rule else None


def test_every_answer_about_a_fee_stays_what_it_was() -> None:
    changes()
    MIGRATION.carry_over(OldApps(), None)
    first = date(2025, 1, 1)
    days = [first + timedelta(days=17 * step) for step in range(20)]
    wrong = []
    for category, code, day, then in product(
        ("micro", "industry"), ("", "instant", "qr"), days, days
    ):
        as_of = beijing(f"{then} 12:00")
        found = price_options(category, code, day, as_of)
        fee = (found[0].price.percent, found[0].price.fixed) if found else None
        before = as_before(category, code, day, as_of)
        if fee != (before and tuple(map(Decimal, before))):
            wrong.append((category, code, day, then, fee, before))
    assert wrong == []
