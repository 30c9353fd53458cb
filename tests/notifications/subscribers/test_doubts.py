"""A number that the carrier does not know: once is a doubt, on another day it is stopped."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.outcomes import Inbound, InboundAction, Reason
from notifications.subscribers.models import Address
from notifications.subscribers.services.doubts import number_writes, numbers_answer
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.subscriptions import (
    addresses_reactivate,
    addresses_suppress,
)
from tests.factories import make_address

pytestmark = pytest.mark.django_db
PHONE = "+8613800138001"
# 23:30 and 00:30 in China, of which UTC says that they are one day.
EVENING, NIGHT = datetime(2026, 3, 1, 15, 30, tzinfo=UTC), datetime(2026, 3, 1, 16, 30, tzinfo=UTC)


@pytest.fixture
def phone():
    return make_address(PHONE)


def report(moment=None, reason=Reason.UNKNOWN_NUMBER):
    ids = [*Address.objects.values_list("pk", flat=True)]
    addresses_suppress(ids, reason=reason, source="twilio", moment=moment)
    return Address.objects.get()


def write(action, text="好"):
    inbound_apply("sms", Inbound(PHONE, action, text))
    return Address.objects.get()


def test_the_first_time_is_only_remembered(phone):
    once = report(EVENING)
    assert (once.suppressed_at, str(once.doubted_on)) == (None, "2026-03-01")


def test_the_second_time_on_another_day_stops_it(phone):
    report(EVENING)
    assert report(NIGHT).suppressed_for == "unknown_number"


def test_the_same_day_again_is_the_same_doubt(phone):
    for _ in range(3):
        assert report(EVENING).suppressed_at is None


def test_out_of_order_days_are_other_days_too(phone):
    report(NIGHT)
    assert report(EVENING).suppressed_at


def test_today_is_by_the_database_where_nobody_says_when(phone):
    assert report().doubted_on
    assert report().suppressed_at is None


def test_what_is_certain_stops_at_once(phone):
    assert report(reason=Reason.BAD_ADDRESS).suppressed_for == "bad_address"


def test_a_message_that_arrived_clears_the_doubt(phone):
    report(EVENING)
    assert numbers_answer([phone.pk]) == 1
    assert report(EVENING + timedelta(days=3)).suppressed_at is None


@pytest.mark.parametrize("action", [InboundAction.TEXT, InboundAction.START])
@pytest.mark.parametrize("reason", ["unknown_number", "bad_address", "unreachable"])
def test_a_message_from_it_revives_it(phone, action, reason):
    report(EVENING)
    Address.objects.update(suppressed_at=NIGHT, suppressed_for=reason)
    alive = write(action)
    assert (alive.suppressed_at, alive.suppressed_for, alive.doubted_on) == (None, "", None)


@pytest.mark.parametrize("reason", ["opted_out", "unsubscribed"])
def test_a_person_s_own_stop_is_not_revived_by_any_text(phone, reason):
    Address.objects.update(suppressed_at=NIGHT, suppressed_for=reason)
    assert write(InboundAction.TEXT).suppressed_for == reason
    assert numbers_answer([phone.pk]) == 0
    assert Address.objects.get().suppressed_for == reason


def test_a_stop_from_a_stopped_number_is_the_person_s(phone):
    Address.objects.update(suppressed_at=NIGHT, suppressed_for="unknown_number")
    assert write(InboundAction.STOP).suppressed_for == "opted_out"


def test_too_many_failures_are_another_reason(phone):
    Address.objects.update(suppressed_at=NIGHT, suppressed_for="failing")
    assert write(InboundAction.TEXT).suppressed_for == "failing"


def test_staff_clear_the_doubt_with_the_stop(phone):
    report(EVENING)
    report(NIGHT)
    assert addresses_reactivate([phone.pk]) == 1
    assert report(NIGHT).suppressed_at is None


def test_nobody_unknown_is_revived(phone):
    assert number_writes(channel="sms", clear_address="+8613900000000") == 0
