"""Quiet hours: by each reader's own clock, which we choose so that it is night, or day, now."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery
from notifications.subscribers.models import Subscriber
from statuspage.incidents.services.incidents import incident_open
from tests.factories import make_address, text

pytestmark = [pytest.mark.django_db, pytest.mark.within_the_hour]
SMS = "sms"
NIGHT = (time(22), time(8))


@pytest.fixture(autouse=True)
def _quiet_hours(settings):
    settings.QUIET_HOURS = NIGHT


def zone_where_it_is(hour):
    """A zone whose clock shows that hour now. Etc/GMT-3 is three hours ahead of UTC."""
    ahead = (hour - timezone.now().hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def sleeper(hour=23, channel=SMS, **values):
    address = make_address(*(["ops@example.com"] if channel == "email" else []), channel=channel)
    Subscriber.objects.update(timezone=zone_where_it_is(hour), **values)
    return address


def tell(impact="major"):
    statement = incident_open(
        name=text("到账延迟"), body=text("正文"), components={}, impact=impact, author=None
    )
    expand(statement.number)
    return Delivery.objects.get(statement_id=statement.number)


@pytest.mark.parametrize("hour", [22, 23, 0, 3, 7])
def test_at_night_a_message_waits_for_eight_in_the_morning(hour):
    sleeper(hour)
    delivery = tell()
    here = delivery.due_at.astimezone(ZoneInfo(Subscriber.objects.get().timezone))
    assert (here.hour, here.minute) == (8, 0)
    assert timedelta(0) < delivery.due_at - timezone.now() <= timedelta(hours=10)
    assert claim(SMS, 10) == ([], 0)


@pytest.mark.parametrize("hour", [8, 9, 15, 21])
def test_outside_quiet_hours_nothing_waits(hour):
    sleeper(hour)
    tell()
    assert len(claim(SMS, 10)[0]) == 1


def test_what_is_critical_wakes_people():
    sleeper()
    tell(impact="critical")
    assert len(claim(SMS, 10)[0]) == 1


def test_who_wants_to_be_woken_is_woken():
    sleeper(quiet=False)
    tell()
    assert len(claim(SMS, 10)[0]) == 1


def test_a_mailbox_does_not_ring():
    sleeper(channel="email")
    tell()
    assert len(claim("email", 10)[0]) == 1


def test_what_became_due_only_at_night_waits_as_well():
    sleeper(12)
    delivery = tell()
    Subscriber.objects.update(timezone=zone_where_it_is(2))
    assert claim(SMS, 10) == ([], 1)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.first_tried_at) == ("pending", 0, None)
    assert delivery.due_at > timezone.now()


def test_hours_that_do_not_cross_midnight(settings):
    settings.QUIET_HOURS = (time(12), time(14))
    sleeper(13)
    assert tell().due_at > timezone.now()
    Subscriber.objects.update(timezone=zone_where_it_is(15))
    assert tell().due_at <= timezone.now()


def test_without_quiet_hours_nothing_waits(settings):
    settings.QUIET_HOURS = None
    sleeper()
    assert tell().due_at <= timezone.now()


def test_the_test_s_own_clock_is_right():
    for hour in range(24):
        assert datetime.now(ZoneInfo(zone_where_it_is(hour))).hour == hour
