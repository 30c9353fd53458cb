"""A merchant hears of their own transactions; nobody else does."""

import pytest
from django.db import connection

from notifications.delivery.audience import audience_count, audience_of
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from notifications.subscribers.services.subscriptions import merchant_set
from statuspage.settlement.models import SettledMerchant
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_address, open_incident
from tests.statuspage.settlement.affected.lists import ROW, line, many, settled, take, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    address = make_address()
    merchant_set(
        subscriber=address.subscriber, merchant=f" {ROW['merchant']} ", last_four=ROW["phone"]
    )
    return address


@pytest.fixture
def others():
    """Nobody's merchant, another's, and one who knows the number but not the phone."""
    strangers = [make_address() for _ in range(3)]
    merchant_set(subscriber=strangers[1].subscriber, merchant="888000000000001", last_four="8001")
    merchant_set(subscriber=strangers[2].subscriber, merchant=ROW["merchant"], last_four="8002")
    return strangers


def arrive():
    """Two of the merchant's transactions have arrived; the statement that says so."""
    incident = open_incident().subject_id
    take(text(*many(2), line(merchant="888000000000009", reference="X")), incident=incident)
    take(text(*(settled(reference=f"REF-{one:07}") for one in range(2))), incident=incident)
    return Statement.objects.get(kind="notice.settled")


def told(statement):
    expand(statement.number)
    rows = Delivery.objects.filter(statement=statement)
    return [*rows.order_by("address_id").values_list("address_id", flat=True)]


def test_only_the_merchant_whose_they_are_is_told_and_once(mine, others):
    assert told(arrive()) == [mine.pk]


def test_who_takes_their_number_back_is_told_no_more(mine):
    merchant_set(subscriber=mine.subscriber)
    assert told(arrive()) == []


def test_a_withdrawal_and_a_correction_go_where_the_original_went(mine, others):
    statement = arrive()
    text_of = {"zh-hans": "更正。", "en": "Corrected."}
    correction = statement_correct(statement=statement, body=text_of, author=None)
    withdrawal = statement_withdraw(statement=statement, body=text_of, author=None)
    assert told(correction) == [mine.pk]
    assert told(withdrawal) == [mine.pk]


def test_the_preview_of_a_correction_counts_the_same_people(mine, others):
    statement = arrive()
    draft = {**statement.document, "kind": "correction", "corrects": statement.number, "number": 0}
    groups = audience_count(audience_of(draft))
    assert sum(one.count for one in groups) == 1


def test_everyone_is_still_told_of_everything_else(mine, others):
    statement = open_incident()
    assert told(statement) == sorted(one.pk for one in [mine, *others])
    assert Broadcast.objects.get(pk=statement.number).named is None


def test_nothing_in_clear_is_kept_of_a_subscriber_s_merchant(mine):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM subscribers_subscriber s WHERE s::text LIKE '%8120001%'"
        )
        assert cursor.fetchone() == (0,)


def test_an_sms_speaks_to_the_merchant(mine):
    from notifications.channels import medium
    from notifications.delivery.render import bulletin_of

    document = arrive().document
    sms = medium("sms").leading().compose(bulletin_of(document, "zh-hans"))
    assert sms.segments == 1, sms
    assert SettledMerchant.objects.count() == 1
