"""What merchants read of money and dates is made of rows: whoever changes or adds one is found."""

import pytest
from django.db import transaction

from statuspage.lib.money import parse_fee
from statuspage.notices.models import Notice
from statuspage.projections.comparing import differences
from statuspage.settlement.models import Commitment, Payment, SettlementRule
from statuspage.settlement.prices.services import price_add
from statuspage.statements.services import statement_withdraw
from tests.database.tampering import as_superuser
from tests.factories import text
from tests.statuspage.notices.samples import every_kind, publish, world

pytestmark = pytest.mark.django_db

# With a superuser's rights and without triggers; what is found names it.
CHANGES = {
    "a title": ('UPDATE notices_notice SET title = \'{"zh-hans": "假"}\'', "title: shown"),
    "details": (
        "UPDATE notices_notice SET payload = jsonb_set(payload, '{cycle}', '\"T+3\"')"
        " WHERE kind = 'settlement_rule'",
        "payload: shown",
    ),
    "the first day": (
        "UPDATE notices_notice SET effective_from = now() + interval '9 days'",
        "effective_from: shown",
    ),
    "the last day": ("UPDATE notices_notice SET effective_until = now()", "effective_until"),
    "whom it is for": ("UPDATE notices_notice SET audience = '{}'", "audience: shown {}"),
    "the incident": ("UPDATE notices_notice SET incident_id = 'zzzz'", "incident: shown 'zzzz'"),
    "its kind": ("UPDATE notices_notice SET kind = 'general'", "kind: shown 'general'"),
    "its moment": (
        "UPDATE notices_notice SET published_at = published_at + interval '1 day'",
        "published_at: shown",
    ),
    "a notice that is gone": (
        "DELETE FROM notices_notice WHERE kind = 'fee_change'",
        "shown None, but statement",
    ),
    "a promise": ("UPDATE settlement_commitment SET promised = 1", "promise of statement"),
    "its day": ("UPDATE settlement_commitment SET due = due + 30", "promise of statement"),
    "a promise that is gone": (
        "DELETE FROM settlement_commitment WHERE id NOT IN"
        " (SELECT commitment_id FROM settlement_payment)",
        "shown None, but statement",
    ),
    "a payment": ("UPDATE settlement_payment SET amount = 99", "payment of statement"),
    "a payment on another promise": (
        "UPDATE settlement_payment SET commitment_id = (SELECT max(id) FROM settlement_commitment"
        " WHERE id <> commitment_id)",
        "payment of statement",
    ),
    "a cycle": (
        "UPDATE settlement_settlementrule SET cycle = 'T+3' WHERE statement_id IS NOT NULL",
        "rule of statement",
    ),
    **{
        f"a rule's {name}": (
            f"UPDATE settlement_settlementrule SET {change} WHERE statement_id IS NOT NULL",
            "rule of statement",
        )
        for name, change in {
            "minimum": "minimum = 5",
            "opening": "opens = '07:00'",
            "meaning": "date_means = 'payout'",
            "closed days": "payout_calendar_id = 1",
        }.items()
    },
    "a rule that is gone": (
        "DELETE FROM settlement_settlementrule WHERE statement_id IS NOT NULL",
        "rule of statement",
    ),
}


@pytest.fixture
def told() -> None:
    """Every kind of notice, published."""
    world()
    for kind in every_kind():
        publish(kind.name)
    assert differences() == []


def test_what_was_changed_is_found(told) -> None:
    unnoticed = []
    for name, (statement, found) in CHANGES.items():
        with transaction.atomic():
            with as_superuser() as cursor:
                cursor.execute(statement)
                assert cursor.rowcount, name
            if found not in "\n".join(map(str, differences())):
                unnoticed.append(name)
            transaction.set_rollback(True)
    assert unnoticed == []


def test_what_the_programs_role_may_add_is_found(told) -> None:
    """Its tables take no UPDATE, but new rows: a payment that nobody made, a rule, a promise."""
    payment, rule = Payment.objects.first(), SettlementRule.objects.exclude(statement=None).first()
    for row in (payment, rule):
        row.pk = None
        row.save(force_insert=True)
    notice = Notice.objects.filter(commitment=None).first()
    Commitment.objects.create(notice=notice, statement=payment.statement, promised=1)
    found = "\n".join(map(str, differences()))
    for what in ("payment of", "rule of", "promise of"):
        assert f"{what} statement" in found


def test_a_fee_that_no_notice_named_is_found() -> None:
    world()
    price_add(category="micro", fee=parse_fee("0%"), statement=publish("fee_change"))
    assert "fee of statement" in str(differences()[-1])


def test_a_price_that_no_list_named_is_found() -> None:
    said = publish("price_list")
    assert differences() == []
    price_add(category="micro", fee=parse_fee("0.5%"), statement=said)
    assert "price of statement" in str(differences()[-1])


def test_what_was_withdrawn_differs_in_nothing(told) -> None:
    for one in Payment.objects.select_related("statement"):
        statement_withdraw(statement=one.statement, body=text("误报"), author=None)
    assert differences() == []
