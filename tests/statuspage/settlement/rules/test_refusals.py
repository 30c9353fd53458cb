"""What cannot be a rule is refused, by the service and by the database."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from statuspage.settlement.models import SettlementRule
from statuspage.settlement.rules import (
    rule_for,
)
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_rule,
)

pytestmark = pytest.mark.django_db
NOON = beijing("2025-02-20 12:00")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        # T1 is read as T+1: see test_cycles.py.
        ({"cycle": "T-1"}, "cycle"),
        ({"product": "unknown"}, "product"),
        ({"profile": "lunar"}, "profile"),
        (
            {"valid_from": date(2025, 3, 2), "valid_until": date(2025, 3, 1)},
            "valid_until",
        ),
        ({"after_cutoff": "fallback_cycle", "fallback": "T+1"}, "cutoff"),
        ({"after_cutoff": "fallback_cycle", "cutoff": time(23)}, "fallback"),
        (
            {"after_cutoff": "fallback_cycle", "cutoff": time(23), "fallback": "soon"},
            "fallback",
        ),
        ({"after_cutoff": "base_rule"}, "cutoff"),
        # The base rule is the one without a product.
        ({"after_cutoff": "base_rule", "cutoff": time(23)}, "after_cutoff"),
        ({"opens": time(23), "cutoff": time(23)}, "opens"),
        ({"within": 120}, "within"),
        ({"cycle": "D+0", "within": 0}, "within"),
        ({"cycle": "D+0", "within": 721}, "within"),
        ({"cycle": "D+0", "within": 120, "usual_arrival": time(18)}, "within"),
        ({"cycle": "D+0", "within": 720, "opens": time(12)}, "within"),
        ({"payout_calendar": "fx"}, "payout_calendar"),
        ({"cycle": "D+1", "payout_calendar": "lunar"}, "payout_calendar"),
        ({"minimum": Decimal(0)}, "minimum"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_at_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_rule(**{"cycle": "T+1", **values})
    assert set(refusal.value.message_dict) == {field}
    assert not SettlementRule.objects.exists()


@pytest.mark.parametrize(
    "values", [{"category": "giant"}, {"after_cutoff": "never"}, {"date_means": "promise"}]
)
def test_what_is_chosen_must_be_possible(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_rule(**values)
    assert next(iter(values.values())) in refusal.value.messages[0]
    assert not SettlementRule.objects.exists()


def test_what_dates_mean_stays_what_it_was_unless_told() -> None:
    make_rule("T+1", date_means="payout")
    assert make_rule("T+5", known_from=NOON).date_means == "payout"
    assert make_rule("T+5", known_from=NOON, date_means="credit").date_means == "credit"
    assert make_rule("D+1", "industry").date_means == "credit"


def test_a_cycle_to_fall_back_to_is_kept_only_where_it_is_used() -> None:
    assert make_rule("T+1", fallback="T+1").fallback == ""


def test_the_database_keeps_rules_as_they_were_entered() -> None:
    rule = make_rule()
    for change in (
        lambda: SettlementRule.objects.filter(pk=rule.pk).update(cycle="T+9"),
        rule.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert rule_for("micro", "", NOON).cycle == "T+1"


def test_the_database_refuses_a_rule_that_ends_before_it_begins() -> None:
    rule = make_rule()
    rule.pk, rule.valid_from, rule.valid_until = None, date(2025, 2, 2), date(2025, 2, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_the_database_refuses_a_base_rule_that_follows_itself() -> None:
    rule = make_rule()
    rule.pk, rule.after_cutoff, rule.cutoff = None, "base_rule", time(23)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_the_database_refuses_a_rule_that_falls_back_to_nothing() -> None:
    rule = make_rule()
    rule.pk, rule.after_cutoff = None, "fallback_cycle"
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()
