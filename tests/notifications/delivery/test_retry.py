"""What people take back: one test a transition that only they may make, and what none may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery import ledger
from notifications.delivery.ledger import LedgerFilter, dead_letters
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.resolve import finish_broadcasts
from notifications.delivery.send import send_due
from notifications.delivery.states import DeliveryState, may_follow_from
from notifications.subscribers.models import Address
from tests.database.tampering import as_owner
from tests.factories import make_address
from tests.notifications.delivery.rows import SMS, deliver, finished, statement
from tests.notifications.delivery.steps import PHONE, broadcast, due_now, on_the_phone, row

pytestmark = pytest.mark.django_db(transaction=True)


def retried(delivery):
    """Retry everything; the delivery as it is then."""
    ledger.deliveries_retry(dead_letters(LedgerFilter()))
    return Delivery.objects.get(pk=delivery.pk)


def test_a_failed_delivery_goes_back_to_pending():
    delivery = deliver(
        statement(),
        "failed",
        attempts=8,
        fence=9,
        looks=1,
        reason="blocked",
        code="30004",
        provider_id="SM1",
        first_tried_at=timezone.now(),
        sent_at=timezone.now(),
        settled_at=timezone.now(),
    )
    again = retried(delivery)
    assert again.state == "pending"
    assert (again.attempts, again.fence, again.looks) == (0, 10, 0)
    assert (again.reason, again.code, again.provider_id) == ("", "", "")
    assert (again.first_tried_at, again.sent_at, again.settled_at) == (None, None, None)
    assert again.due_at <= timezone.now()


def test_suppressed_by_the_budget_to_pending():
    assert retried(deliver(statement(), "suppressed", reason="budget")).state == "pending"


def test_unknown_to_pending_by_a_decision_only():
    delivery = deliver(statement(), "unknown", attempts=3, looks=1, fence=4)
    assert retried(delivery).state == "unknown"
    assert ledger.delivery_send_again(delivery.pk)
    again = Delivery.objects.get(pk=delivery.pk)
    assert (again.state, again.attempts, again.looks, again.fence) == ("pending", 0, 0, 5)


def test_unknown_that_is_left_stays_unknown_and_is_asked_about_no_more():
    delivery = deliver(statement(), "unknown")
    assert ledger.delivery_leave(delivery.pk)
    assert Delivery.objects.get(pk=delivery.pk).state == "unknown"
    assert not dead_letters(LedgerFilter()).exists()
    assert not ledger.delivery_leave(delivery.pk)
    assert not ledger.delivery_send_again(delivery.pk)


@pytest.mark.parametrize("decide", [ledger.delivery_leave, ledger.delivery_send_again])
def test_what_is_still_looked_for_is_not_for_people_to_decide(decide):
    delivery = deliver(statement(), "unknown", due_at=timezone.now() + timedelta(minutes=1))
    assert not decide(delivery.pk)


@pytest.mark.parametrize("state", sorted({*DeliveryState.values} - {"unknown"}))
@pytest.mark.parametrize("decide", [ledger.delivery_leave, ledger.delivery_send_again])
def test_only_the_unknown_is_decided(decide, state):
    delivery = deliver(statement(), state)
    assert not decide(delivery.pk)
    assert Delivery.objects.get(pk=delivery.pk).state == state


@pytest.mark.parametrize(
    "state", ["pending", "sending", "sent", "delivered", "undelivered", "superseded", "suppressed"]
)
def test_nothing_else_is_retried(state):
    delivery = deliver(statement(), state, fence=1)
    rows = Delivery.objects.all()
    assert ledger.deliveries_retry(rows) == 0
    assert Delivery.objects.get(pk=delivery.pk).fence == 1


def test_a_retry_makes_only_transitions_that_the_table_allows():
    allowed = set(may_follow_from("pending"))
    assert {"failed", "suppressed", "unknown"} <= allowed
    # "sent" and "undelivered": see test_returned.py and test_resending.py.
    assert allowed.isdisjoint({"delivered", "superseded"})


def test_a_stopped_address_is_not_retried():
    delivery = deliver(statement())
    Address.objects.update(suppressed_at=timezone.now(), suppressed_for="bad_address")
    assert retried(delivery).state == "failed"


def test_an_erased_address_is_not_retried():
    delivery = deliver(statement())
    delivery.address.subscriber.delete()
    assert retried(delivery).state == "failed"


def chain():
    """A merchant who is told one by one: the WeChat account first, then the phone."""
    first = make_address("oABCDEFGHIJKLMNOPQRSTUVWXYZ0", "wechat")
    second = make_address()
    second.subscriber, second.position = first.subscriber, 1
    second.save()
    first.subscriber.one_by_one = True
    first.subscriber.save()
    return first, second


def test_who_was_told_by_the_next_address_is_not_told_twice():
    first, second = chain()
    said = statement()
    failed = deliver(said, address=first, channel="wechat")
    deliver(said, "delivered", address=second)
    assert retried(failed).state == "failed"


def test_of_a_chain_that_failed_to_its_end_only_the_end_is_tried_again():
    first, second = chain()
    said = statement()
    failed = deliver(said, address=first, channel="wechat")
    last = deliver(said, address=second)
    assert retried(failed).state == "failed"
    assert Delivery.objects.get(pk=last.pk).state == "pending"


def test_who_is_told_by_every_channel_is_retried_on_each():
    first, second = chain()
    first.subscriber.one_by_one = False
    first.subscriber.save()
    said = statement()
    failed = deliver(said, address=first, channel="wechat")
    deliver(said, "delivered", address=second)
    assert retried(failed).state == "pending"


def test_a_finished_broadcast_is_open_again_until_this_is_settled():
    said = statement()
    delivery = deliver(said)
    finished(said)
    retried(delivery)
    reopened = Broadcast.objects.get(pk=said.number)
    assert (reopened.state, reopened.finished_at) == ("sending", None)
    finish_broadcasts()
    assert Broadcast.objects.get(pk=said.number).state == "sending"
    Delivery.objects.update(state="sent")
    finish_broadcasts()
    assert Broadcast.objects.get(pk=said.number).state == "finished"


def test_only_broadcasts_that_got_something_back_are_reopened():
    said, other = statement(), statement()
    deliver(said)
    deliver(other, "delivered")
    for one in (said, other):
        finished(one)
    ledger.deliveries_retry(dead_letters(LedgerFilter()))
    assert Broadcast.objects.get(pk=said.number).state == "sending"
    assert Broadcast.objects.get(pk=other.number).state == "finished"


def test_only_what_was_chosen_is_retried():
    said = statement()
    blocked = deliver(said, reason="blocked")
    other = deliver(said, reason="bad_address")
    assert (
        ledger.deliveries_retry(dead_letters(LedgerFilter(state="failed", reason="blocked"))) == 1
    )
    assert Delivery.objects.get(pk=blocked.pk).state == "pending"
    assert Delivery.objects.get(pk=other.pk).state == "failed"


def test_many_are_put_back_in_batches_and_all_of_them(monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 2)
    said = statement()
    for _ in range(5):
        deliver(said)
    assert ledger.deliveries_retry(dead_letters(LedgerFilter())) == 5
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}


def test_one_press_has_an_end(monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 2)
    monkeypatch.setattr(ledger, "AT_ONCE", 4)
    said = statement()
    for _ in range(7):
        deliver(said)
    assert ledger.deliveries_retry(dead_letters(LedgerFilter())) == 4
    assert ledger.deliveries_retry(dead_letters(LedgerFilter())) == 3


def test_what_fails_again_at_once_does_not_keep_a_retry_going(monkeypatch):
    """A trigger fails every delivery the moment it is put back, as a dead provider would."""
    monkeypatch.setattr(ledger, "BATCH", 1)
    deliver(statement())
    with as_owner() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.state := 'failed'; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON delivery_delivery "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )
    try:
        assert ledger.deliveries_retry(dead_letters(LedgerFilter())) == 1
    finally:
        with as_owner() as cursor:
            cursor.execute("DROP TRIGGER refuse ON delivery_delivery")


def test_a_retried_message_reaches_the_phone(provider):
    said = broadcast(PHONE)
    Delivery.objects.update(state="failed", reason="blocked", attempts=8)
    assert on_the_phone(provider) == []
    ledger.deliveries_retry(dead_letters(LedgerFilter(statement=said.number)))
    due_now()
    send_due(SMS)
    assert row(PHONE).state in {"sent", "delivered"}
    assert len(on_the_phone(provider)) == 1


def test_who_still_held_it_may_not_write_what_became_of_the_first_try(provider):
    """The fence has moved on: a worker that was away since before the failure is too late."""
    broadcast(PHONE)
    Delivery.objects.update(state="failed", fence=3)
    ledger.deliveries_retry(Delivery.objects.all())
    assert row(PHONE).fence == 4
