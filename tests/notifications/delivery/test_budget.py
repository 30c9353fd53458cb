"""The month's money: reserved before sending, never more than the cap, never silently."""

from decimal import Decimal
from uuid import uuid4

import pytest

from notifications.channels.base import Content, Message
from notifications.delivery import budget
from notifications.delivery.broadcasts import expand
from notifications.delivery.ledger import deliveries_retry
from notifications.delivery.models import Alarm, Delivery, Spending
from notifications.delivery.send import send_due
from notifications.subscribers.models import Address, Subscriber
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
PHONES = [f"+861380013800{digit}" for digit in range(4)]


@pytest.fixture(autouse=True)
def _prices(settings):
    settings.SMS_PRICES = {"86": Decimal("0.05"), "1": Decimal("0.10"), "*": Decimal("0.60")}


def message(number, segments=1):
    return Message(1, uuid4(), number, Content("x", segments=segments))


@pytest.mark.parametrize(
    ("number", "price"),
    [
        ("+8613800138001", "0.05"),
        ("+12025550123", "0.10"),
        ("+447911123456", "0.60"),
        ("+852", "0.60"),
        ("+86", "0.05"),
    ],
)
def test_a_number_has_the_price_of_its_country(number, price):
    assert budget.price_of(number) == Decimal(price)


def test_every_segment_is_paid_for():
    budget.reserve([message("+8613800138001", 3), message("+12025550123", 2)])
    books = Spending.objects.get()
    assert (books.spent, books.segments) == (Decimal("0.35"), 5)


def test_without_a_cap_nothing_is_stopped(settings):
    settings.SMS_MONTHLY_CAP = None
    assert budget.reserve([message(PHONES[0], 10_000)])[1] == []
    assert not Alarm.objects.exists()


def test_the_cap_is_reached_to_the_fen_and_never_passed(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.15")
    batch = [message(one) for one in PHONES]
    allowed, stopped = budget.reserve(batch)
    assert (allowed, stopped) == (batch[:3], batch[3:])
    assert budget.reserve(batch) == ([], batch)
    books = Spending.objects.get()
    assert (books.spent, books.stopped) == (Decimal("0.15"), 5)


def test_a_shorter_message_still_fits_where_a_longer_one_does_not(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.10")
    long, short = message(PHONES[0], 3), message(PHONES[1], 2)
    assert budget.reserve([long, short]) == ([short], [long])


def test_what_was_not_sent_is_not_paid(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.05")
    allowed, _ = budget.reserve([message(PHONES[0])])
    budget.give_back(allowed)
    assert Spending.objects.get().spent == 0
    assert budget.reserve([message(PHONES[1])])[1] == []


def test_alarms_come_before_the_end_and_at_it(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.25")
    budget.reserve([message(one) for one in PHONES[:3]])
    assert not Alarm.objects.exists()
    budget.reserve([message(PHONES[3])])
    assert [one.kind for one in Alarm.objects.all()] == ["budget_near"]
    budget.reserve([message(one) for one in PHONES])
    assert {one.kind for one in Alarm.objects.all()} == {"budget_near", "budget_spent"}


def test_alarms_end_when_the_cap_is_raised(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.10")
    budget.reserve([message(one) for one in PHONES])
    assert Alarm.objects.filter(over_at=None).count() == 2
    settings.SMS_MONTHLY_CAP = Decimal("1000.00")
    budget.reserve([message(PHONES[0])])
    assert not Alarm.objects.filter(over_at=None).exists()


def test_near_the_cap_the_alarm_stays_and_does_not_come_and_go_with_short_and_long(settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.10")
    budget.reserve([message(one) for one in PHONES])
    settings.SMS_MONTHLY_CAP = Decimal("0.15")
    assert budget.reserve([message(PHONES[0])])[1] == []
    assert Alarm.objects.filter(kind="budget_spent", over_at=None).exists()


def test_a_broadcast_stops_at_the_cap_and_says_so(provider, settings):
    settings.SMS_MONTHLY_CAP = Decimal("0.10")
    broadcast(*PHONES)
    each = Decimal("0.05")
    send_due(SMS)
    sent = Delivery.objects.filter(state="sent").count()
    stopped = Delivery.objects.filter(state="failed", reason="budget")
    assert sent + stopped.count() == len(PHONES)
    assert Spending.objects.get().spent == sum(
        one.segments * each for one in Delivery.objects.filter(state="sent")
    )
    assert Spending.objects.get().spent <= Decimal("0.10")
    assert sum(len(on_the_phone(provider, one)) for one in PHONES) == sent > 0
    assert Alarm.objects.filter(kind="budget_spent", over_at=None).exists()


def test_a_refused_message_is_taken_off_the_books(provider, settings):
    provider.switch("rate_limited", count=1)
    broadcast()
    send_due(SMS)
    assert Spending.objects.get().spent == 0
    due_now()
    send_due(SMS)
    assert Spending.objects.get().spent > 0


def test_months_are_those_of_the_operator_s_clock(time_machine):
    time_machine.move_to("2026-03-31T16:30:00Z")
    assert str(budget.this_month()) == "2026-04-01"


def test_a_month_without_sms_has_empty_books():
    assert budget.spending().spent == 0
    assert not Spending.objects.exists()


def test_a_country_taken_off_the_list_is_not_sent_to_and_not_booked(provider, settings):
    settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
    broadcast(PHONE, "+85261234567")
    settings.SMS_COUNTRIES = frozenset({"CN"})
    send_due(SMS)
    assert len(on_the_phone(provider)) == 1
    assert on_the_phone(provider, "+85261234567") == []
    stopped = Delivery.objects.get(address__country="852")
    assert (stopped.state, stopped.reason) == ("suppressed", "country")
    assert stopped.settled_at is not None
    assert Address.objects.get(country="852").suppressed_at is None
    assert Spending.objects.get().segments == Delivery.objects.get(state="sent").segments

    settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
    assert deliveries_retry(Delivery.objects.filter(reason="country")) == 1
    send_due(SMS)
    assert len(on_the_phone(provider, "+85261234567")) == 1


def test_whoever_is_told_once_is_told_by_the_next_address_instead(provider, settings):
    abroad, mail = make_address("+85261234567"), make_address("me@example.com", "email")
    Address.objects.filter(pk=mail.pk).update(subscriber=abroad.subscriber, position=1)
    Subscriber.objects.filter(pk=abroad.subscriber_id).update(one_by_one=True)
    expand(open_incident().number)
    send_due(SMS)
    assert Delivery.objects.get(address=mail).state == "pending"
