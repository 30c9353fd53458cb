"""Counting what is there and what has been folded, and who sleeps."""

from datetime import time

import pytest
from django.utils import timezone

from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm, DeliveryCount
from notifications.delivery.selectors import asleep, open_alarms, progress_by_channel
from tests.factories import make_address, make_component, open_incident
from tests.notifications.delivery.rows import SMS, deliver, statement

pytestmark = pytest.mark.django_db


def fold(said, channel, state, count):
    DeliveryCount.objects.create(
        broadcast_id=said.number,
        channel=channel,
        state=state,
        count=count,
        segments=count,
        within_one_minute=count,
        within_five_minutes=count,
    )


class TestProgress:
    def test_folded_deliveries_are_still_counted(self):
        said = statement()
        fold(said, SMS, "delivered", 900_000)
        fold(said, "email", "failed", 7)
        counts = progress_by_channel(said.number)
        assert counts[SMS]["delivered"] == 900_000
        assert counts["email"]["failed"] == 7

    def test_rows_that_are_being_folded_are_not_counted_beside_their_counts(self):
        said, other = statement(), statement()
        for one in (said, other):
            deliver(one, "delivered")
            deliver(one, "failed")
        fold(said, SMS, "delivered", 1)
        fold(said, SMS, "failed", 1)
        for one in (said, other):
            counts = progress_by_channel(one.number)[SMS]
            assert (counts["delivered"], counts["failed"], sum(counts.values())) == (1, 1, 2)

    def test_the_counts_of_others_are_not_taken_in(self):
        said, other = statement(), statement()
        fold(other, SMS, "delivered", 3)
        assert progress_by_channel(said.number) == {}


@pytest.mark.within_the_hour
class TestAsleep:
    """For the preview: how many would wait until morning."""

    @pytest.fixture(autouse=True)
    def _all_day_is_night(self, settings):
        settings.QUIET_HOURS = (time(0, 0), time(23, 59, 59))

    def draft(self, impact="major"):
        return open_incident(make_component(), impact=impact).document

    def test_those_whose_phones_would_ring_are_counted(self):
        make_address()
        make_address("oABCDEFGHIJKLMNOPQRSTUVWXYZ0", "wechat")
        make_address("a@example.com", "email")
        assert asleep(self.draft()) == 2

    def test_who_wants_to_be_woken_does_not_wait(self):
        address = make_address()
        address.subscriber.quiet = False
        address.subscriber.save()
        assert asleep(self.draft()) == 0

    def test_what_is_critical_waits_for_nobody(self):
        make_address()
        assert asleep(self.draft("critical")) == 0

    def test_without_quiet_hours_nobody_waits(self, settings):
        make_address()
        document = self.draft()
        settings.QUIET_HOURS = None
        assert asleep(document) == 0

    def test_outside_quiet_hours_nobody_waits(self, settings):
        make_address()
        settings.QUIET_HOURS = (time(3, 0), time(3, 0))
        assert asleep(self.draft()) == 0

    def test_only_those_who_are_told_at_all_are_counted(self, settings):
        make_address()
        settings.SMS_MOMENTS = frozenset()
        assert asleep(self.draft()) == 0


class TestAlarms:
    def test_those_that_are_open_the_newest_first(self):
        alarm_raise(Alarm.Kind.BUDGET_NEAR, "2026-11")
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, SMS)
        assert [one.kind for one in open_alarms()] == ["provider_down", "budget_near"]
        alarm_over(Alarm.Kind.PROVIDER_DOWN, SMS)
        assert [one.kind for one in open_alarms()] == ["budget_near"]
        assert Alarm.objects.exclude(over_at=None).get().over_at <= timezone.now()
