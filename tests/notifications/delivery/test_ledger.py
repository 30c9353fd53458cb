"""The ledger: who was told what, by which channel, when and with which result."""

import itertools
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.delivery.ledger import (
    LedgerFilter,
    dead_groups,
    dead_letters,
    history_of,
    ledger_of,
)
from notifications.delivery.models import Delivery
from notifications.delivery.resolve import NEVER
from notifications.delivery.states import DeliveryState
from tests.database.tampering import as_superuser
from tests.factories import make_address
from tests.notifications.delivery.rows import SMS, deliver, statement

pytestmark = pytest.mark.django_db


def test_a_statement_s_ledger_has_its_own_deliveries_only():
    said, other = statement(), statement()
    mine = deliver(said, "delivered")
    deliver(other, "delivered")
    assert [*ledger_of(said, LedgerFilter())] == [mine]


@pytest.mark.parametrize("state", DeliveryState.values)
def test_a_state_has_its_own_rows(state):
    said = statement()
    rows = {one: deliver(said, one) for one in DeliveryState.values}
    assert [*ledger_of(said, LedgerFilter(state=state))] == [rows[state]]


def test_a_channel_has_its_own_rows():
    said = statement()
    deliver(said)
    mail = deliver(said, channel="email", address=make_address("a@example.com", "email"))
    assert [*ledger_of(said, LedgerFilter(channel="email"))] == [mail]


@pytest.mark.parametrize("who", ["1234", "138****1234"])
def test_a_number_finds_its_own_rows_whole_or_in_part(who):
    said = statement()
    mine = deliver(said, address=make_address("+8613812341234"))
    deliver(said, address=make_address("+8613812345678"))
    assert [*ledger_of(said, LedgerFilter(who=who))] == [mine]


def test_a_search_that_finds_nobody_lists_nobody():
    said = statement()
    deliver(said, address=make_address("+8613812345678"))
    assert not ledger_of(said, LedgerFilter(who="0000")).exists()


def test_an_erased_address_stays_in_the_ledger_without_a_name():
    said = statement()
    delivery = deliver(said)
    delivery.address.subscriber.delete()
    assert [one.address for one in ledger_of(said, LedgerFilter())] == [None]


def test_the_newest_address_comes_first_and_the_order_is_that_of_an_index():
    said = statement()
    rows = [deliver(said) for _ in range(3)]
    assert [*ledger_of(said, LedgerFilter())] == rows[::-1]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = ledger_of(said, LedgerFilter())[:50].explain()
    assert "Index Scan Backward" in plan
    assert "statement_id_address_id_published_key" in plan
    assert "Sort" not in plan


def test_the_history_of_an_address_is_newest_first_and_of_it_alone():
    address = make_address()
    said = [statement(), statement()]
    mine = [deliver(one, address=address) for one in said]
    deliver(said[0])
    assert [*history_of(address)] == mine[::-1]


class TestDeadLetters:
    def test_what_needs_people_is_there_and_nothing_else(self):
        said = statement()
        dead = {
            deliver(said, "failed", reason="bad_address"),
            deliver(said, "failed", reason="budget"),
            deliver(said, "undelivered"),
            deliver(said, "suppressed", reason="budget"),
            deliver(said, "unknown"),
        }
        for state in ("pending", "sending", "sent", "delivered", "superseded", "suppressed"):
            deliver(said, state)
        deliver(said, "unknown", due_at=timezone.now())
        deliver(said, "unknown", settled_at=timezone.now())
        assert {*dead_letters(LedgerFilter())} == dead

    def test_they_are_those_of_the_last_thirty_days(self):
        said = statement()
        deliver(said)
        ago = timezone.now() - timedelta(days=31)
        with as_superuser() as cursor:
            change = "UPDATE statements_statement SET published_at = %s WHERE number = %s"
            cursor.execute(change, [ago, said.pk])
        assert not dead_letters(LedgerFilter()).exists()
        assert dead_letters(LedgerFilter(statement=said.number)).count() == 1

    def test_a_statement_has_its_own_dead_letters(self):
        said, other = statement(), statement()
        mine = deliver(said)
        deliver(other)
        assert [*dead_letters(LedgerFilter(statement=said.number))] == [mine]

    def test_of_one_group_of_which_the_reason_may_be_empty(self):
        said = statement()
        nameless = deliver(said, "failed")
        named = deliver(said, "failed", reason="blocked")
        assert [*dead_letters(LedgerFilter(state="failed", reason=""))] == [nameless]
        assert [*dead_letters(LedgerFilter(state="failed", reason="blocked"))] == [named]

    def test_groups_are_counted_the_largest_first(self):
        said = statement()
        for reason in ("blocked", "bad_address", "bad_address"):
            deliver(said, "failed", reason=reason)
        deliver(said, "unknown", reason="timeout")
        found = [(one.state, one.reason, one.count) for one in dead_groups(LedgerFilter())]
        assert found == [
            ("failed", "bad_address", 2),
            ("failed", "blocked", 1),
            ("unknown", "timeout", 1),
        ]

    def test_groups_of_one_channel(self):
        said = statement()
        deliver(said)
        deliver(said, channel="email", address=make_address("a@example.com", "email"))
        assert [one.count for one in dead_groups(LedgerFilter(channel="email"))] == [1]

    def test_their_index_finds_them_among_all_that_went_well(self):
        said = statement()
        deliver(said)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        rows = dead_letters(LedgerFilter()).order_by().values("state", "reason")
        assert "statement_id_channel_state" in rows.explain()

    def test_looking_costs_the_same_however_many_statements_there_are(self):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                [*dead_letters(LedgerFilter())]
            return len(captured)

        deliver(statement())
        before = queries()
        for _ in range(3):
            deliver(statement())
        assert queries() == before


def test_every_state_and_reason_is_decided_upon_for_dead_letters():
    said = statement()
    for state, reason in itertools.product(DeliveryState.values, ("", "budget")):
        deliver(said, state, reason=reason)
    listed = {(one.state, one.reason) for one in dead_letters(LedgerFilter())}
    assert listed == {
        *itertools.product(("failed", "undelivered", "unknown"), ("", "budget")),
        ("suppressed", "budget"),
    }
    assert Delivery.objects.filter(due_at=NEVER, channel=SMS).count() == 2
