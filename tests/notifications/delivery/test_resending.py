"""Reactivate and send again: the numbers before, once, and with what is not worth sending left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from notifications.channels import medium
from notifications.delivery.acts import Resending
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.render import bulletin_of
from notifications.delivery.resendable import Chosen, numbers_of
from notifications.delivery.resending import resending_begin, resendings_work
from notifications.delivery.templating import composed
from notifications.subscribers.models import Address
from tests.factories import make_address, open_incident
from tests.notifications.delivery.rows import deliver, finished, statement

pytestmark = pytest.mark.django_db
DEAD = Chosen(stopped="unknown_number")


def stopped(reason="unknown_number", **values):
    return make_address(suppressed_at=timezone.now(), suppressed_for=reason, **values)


def lost(said, address, state="undelivered", reason="unknown_number"):
    return deliver(said, state, reason=reason, address=address)


def act(chosen=DEAD):
    numbers = numbers_of(chosen)
    begun = resending_begin(chosen, numbers)
    resendings_work()
    return numbers, begun


def test_addresses_stopped_for_a_reason_get_what_they_missed():
    said = statement()
    finished(said)
    addresses = [stopped() for _ in range(3)]
    for one in addresses:
        lost(said, one)
    other = stopped("bad_address")
    lost(said, other, reason="bad_address")
    numbers, _ = act()
    assert (numbers.addresses, numbers.messages) == (3, 3)
    assert numbers.by_statement() == [(said, 3)]
    assert numbers.cost > 0
    assert Delivery.objects.filter(state="pending").count() == 3
    assert Address.objects.filter(suppressed_at=None).count() == 3
    assert Address.objects.get(pk=other.pk).suppressed_at
    assert Broadcast.objects.get().state == "sending"
    done = Resending.objects.get()
    assert done.finished_at
    assert (done.addresses, done.messages) == (3, 3)
    assert (done.addresses_expected, done.messages_expected) == (3, 3)


@pytest.mark.parametrize("reason", ["opted_out", "unsubscribed", "not_a_follower"])
def test_whoever_stopped_it_themselves_stays_stopped(reason):
    said = statement()
    lost(said, stopped(reason), "failed", reason)
    numbers, _ = act(Chosen(statement=said.number))
    assert (numbers.addresses, numbers.messages) == (0, 0)
    assert act(Chosen(stopped=reason))[0].addresses == 0
    assert Delivery.objects.get().state == "failed"
    assert Address.objects.get().suppressed_at


def test_several_statements_of_one_address_are_all_sent():
    address = stopped()
    for _ in range(3):
        lost(statement(), address)
    assert act()[0].messages == 3
    assert Delivery.objects.filter(state="pending").count() == 3


def test_what_is_too_old_is_counted_and_not_sent(time_machine):
    address = stopped()
    said = statement()
    old = lost(said, address)
    Delivery.objects.filter(pk=old.pk).update(published_at=said.published_at)
    from notifications.delivery.partitions import ensure_partition

    long_ago = timezone.now() - timedelta(days=5)
    ensure_partition(long_ago)
    Delivery.objects.filter(pk=old.pk).update(published_at=long_ago)
    numbers, _ = act()
    assert (numbers.addresses, numbers.messages, numbers.too_old) == (1, 0, 1)
    assert Delivery.objects.get(pk=old.pk).state == "undelivered"
    assert Address.objects.get(pk=address.pk).suppressed_at is None


def test_what_a_newer_statement_replaces_is_counted_and_not_sent():
    address, said = stopped(), statement()
    lost(said, address)
    Broadcast.objects.filter(pk=said.number).update(superseded_by=[open_incident().number])
    numbers, _ = act()
    assert (numbers.messages, numbers.replaced) == (0, 1)
    assert Delivery.objects.get().state == "undelivered"


@pytest.mark.parametrize("state", ["sent", "delivered", "unknown", "unconfirmed", "superseded"])
def test_what_arrived_or_may_have_is_not_sent_again(state):
    lost(statement(), stopped(), state)
    assert act()[0].messages == 0
    assert Delivery.objects.get().state == state


def test_whoever_was_told_at_the_next_address_is_not_told_twice():
    said, phone, mail = statement(), stopped(), make_address("me@example.com", "email")
    mail.subscriber, mail.position = phone.subscriber, 1
    mail.save()
    phone.subscriber.one_by_one = True
    phone.subscriber.save()
    lost(said, phone)
    deliver(said, "sent", address=mail, channel="email")
    assert act()[0].messages == 0


def test_pressed_twice_it_is_one_act():
    lost(statement(), stopped())
    numbers = numbers_of(DEAD)
    assert resending_begin(DEAD, numbers)
    assert resending_begin(DEAD, numbers) is None
    resendings_work()
    Delivery.objects.update(state="sent")
    assert act()[0].messages == 0
    assert Delivery.objects.get().state == "sent"


def test_what_is_stopped_again_meanwhile_is_left(settings):
    lost(statement(), stopped())
    resending_begin(DEAD, numbers_of(DEAD))
    Address.objects.update(suppressed_at=timezone.now() + timedelta(hours=1))
    resendings_work()
    assert Address.objects.get().suppressed_at
    assert Resending.objects.get().finished_at


def test_many_are_done_in_chunks_and_a_crash_loses_none(monkeypatch):
    from notifications.delivery import resending

    monkeypatch.setattr(resending, "CHUNK", 2)
    said = statement()
    for _ in range(7):
        lost(said, stopped())
    resending_begin(DEAD, numbers_of(DEAD))
    monkeypatch.setattr(resending, "SLICE_SECONDS", 0.0)
    resendings_work()
    assert Resending.objects.get().finished_at is None
    monkeypatch.setattr(resending, "SLICE_SECONDS", 60.0)
    resendings_work()
    assert Delivery.objects.filter(state="pending").count() == 7
    assert Resending.objects.get().messages == 7


def test_failed_messages_of_a_statement_go_out_with_their_stopped_addresses():
    said, other = statement(), statement()
    lost(said, stopped("bad_address"), "failed", "bad_address")
    lost(said, make_address(), "failed", "bad_address")
    lost(other, make_address(), "failed", "bad_address")
    chosen = Chosen(statement=said.number, state="failed", reason="bad_address")
    numbers, _ = act(chosen)
    assert (numbers.addresses, numbers.messages) == (1, 2)
    assert Delivery.objects.filter(statement=said, state="pending").count() == 2
    assert Delivery.objects.filter(statement=other, state="failed").count() == 1
    assert not Address.objects.filter(suppressed_at__isnull=False).exists()


@pytest.mark.parametrize(("clear", "price"), [("+8613800138001", "0.05"), ("+85251234567", "0.60")])
def test_the_estimate_is_what_that_text_costs_in_that_country(settings, clear, price):
    settings.SMS_PRICES = {"86": Decimal("0.05"), "852": Decimal("0.60"), "*": Decimal(1)}
    said = statement()
    lost(said, stopped(clear=clear))
    document = bulletin_of(said.document, "zh-hans")
    text = composed(medium("sms").leading(), document).to(clear)
    assert numbers_of(DEAD).cost == text.segments * Decimal(price)


def test_the_estimate_of_calls_is_by_the_prices_of_calls(settings):
    settings.SMS_PRICES = {"*": Decimal("0.05")}
    settings.VOICE_PRICES = {"*": Decimal("1.50")}
    said, one = statement(), stopped(clear="+8613800138001", channel="voice")
    deliver(said, "undelivered", reason="unknown_number", address=one, channel="voice")
    assert numbers_of(DEAD).cost == Decimal("1.50")
