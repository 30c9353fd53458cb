"""Deliveries as the tables hold them, in whatever state a test needs."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from notifications.channels import medium
from notifications.delivery.models import Alarm, Broadcast, Delivery
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.resolve import NEVER
from tests.factories import make_address, open_incident

SMS = "sms"


def statement():
    """A statement whose broadcast nobody has expanded."""
    said = open_incident()
    ensure_partition(said.published_at)
    return said


def deliver(said, state="failed", *, address=None, channel=SMS, **values):
    """One delivery of a statement, in that state."""
    now = timezone.now()
    if state not in ("pending", "held"):
        values.setdefault("provider", medium(channel).leading().name)
    values.setdefault("due_at", NEVER if state == "unknown" else now)
    return Delivery.objects.create(
        statement=said,
        published_at=said.published_at,
        address=address or make_address(),
        channel=channel,
        language="zh-hans",
        state=state,
        created_at=now,
        updated_at=now,
        **values,
    )


def finished(said):
    """Its broadcast, done."""
    Broadcast.objects.filter(pk=said.number).update(state="finished", finished_at=timezone.now())
    return Broadcast.objects.get(pk=said.number)


def settle_alarms():
    """Let so much time pass that staff are told of alarms that are over."""
    pause = timedelta(seconds=settings.ALARM_SETTLED_SECONDS)
    Alarm.objects.filter(over_at__isnull=False).update(over_at=F("over_at") - pause)
