"""Carry the fees of settlement rules, and of fee changes, over into the table of prices."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import migrations

CATEGORIES = ("micro", "industry")
FEE_CHANGE = "fee_change"


def carry_over(apps: Any, _editor: Any) -> None:
    """Add a price for each fee of a rule, and for what each fee change was read as until now.

    Every answer about a fee, as of any moment, stays the same. A change was read from its notice:
    for all merchants and products that the audience names, and where it names none for those with
    a fee of their own too. So each of those gets a row of its own.
    """
    price = apps.get_model("settlement", "Price")
    # Products with a price of their own by a rule, and by a change alone.
    ruled: set[tuple[str, str]] = set()
    changed: set[tuple[str, str]] = set()
    for _at, values in sorted((*_rules(apps), *_changes(apps)), key=lambda one: one[0]):
        # A newer rule for every product was read before a change of one without its own rule.
        others = changed - ruled if values["replaces"] else changed | ruled
        for product in _products(values, others):
            row = {name: one for name, one in values.items() if name != "products"}
            price.objects.create(**row, product=product)
            if product:
                changed.add((values["category"], product))
        if values["replaces"]:
            ruled |= {(values["category"], product) for product in values["products"] if product}


def _products(values: dict[str, Any], others: set[tuple[str, str]]) -> list[str]:
    """Return the products that get a row; of what is for every product, also the others."""
    if named := [one for one in values["products"] if one]:
        return named
    return ["", *sorted(code for category, code in others if category == values["category"])]


def _rules(apps: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    rules = apps.get_model("settlement", "SettlementRule").objects
    # A change copied the rule with its new fee: that is read from the change itself.
    named = rules.exclude(fee_percent=None).exclude(statement__kind=f"notice.{FEE_CHANGE}")
    for rule in named.order_by("known_from", "pk"):
        yield (
            (rule.known_from, 0, rule.pk),
            {
                "category": rule.category,
                "products": [rule.product],
                "percent": rule.fee_percent,
                "fixed": rule.fee_fixed,
                "replaces": True,
                "valid_from": rule.valid_from,
                "valid_until": rule.valid_until,
                "known_from": rule.known_from,
                "statement_id": rule.statement_id,
                "entered_by_id": rule.entered_by_id,
            },
        )


def _changes(apps: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    statements = apps.get_model("statements", "Statement").objects
    notices = apps.get_model("notices", "Notice").objects.filter(kind=FEE_CHANGE)
    for notice in notices.order_by("published_at", "pk"):
        said = statements.filter(
            kind=f"notice.{FEE_CHANGE}", subject_type="notice", subject_id=notice.public_id
        ).first()
        fee = notice.payload["new_fee"]
        for category in notice.audience.get("categories") or CATEGORIES:
            yield (
                # Of the same moment as a rule, the change was read.
                (notice.published_at, 1, notice.pk),
                {
                    "category": category,
                    "products": notice.audience.get("products") or [],
                    "percent": Decimal(fee["percent"]),
                    "fixed": Decimal(fee.get("fixed") or 0),
                    "replaces": False,
                    "valid_from": date.fromisoformat(notice.payload["effective_on"]),
                    "valid_until": None,
                    "known_from": notice.published_at,
                    "statement_id": said.pk if said else None,
                    "entered_by_id": said.author_id if said else None,
                },
            )


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0007_prices"),
        ("notices", "0003_told_and_backdated"),
        ("statements", "0008_unsigned"),
    ]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
