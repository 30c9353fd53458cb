"""Figures of delivery for Prometheus: what waits, what is stuck, what it costs."""

from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from notifications.delivery.budget import spending
from notifications.delivery.models import Alarm, Broadcast, BroadcastState, Delivery, Receipt
from notifications.delivery.selectors import open_alarms
from notifications.delivery.states import UNFINISHED, DeliveryState


def measured() -> Iterable[Metric]:
    """Nothing while the database is away."""
    try:
        yield from [_waiting(), _oldest(), _made(), _broadcasts(), _receipts(), _alarms(), *_sms()]
    except DatabaseError:
        return


def _waiting() -> Metric:
    """Only what is unfinished: partial indexes hold these, however large the table is."""
    found = GaugeMetricFamily(
        "candor_deliveries_unfinished",
        "Deliveries that wait, are in flight, or whose fate is being asked for",
        labels=["channel", "state"],
    )
    for state in sorted(UNFINISHED):
        rows = Delivery.objects.filter(state=state).order_by().values_list("channel")
        for channel, count in rows.annotate(count=Count("id")):
            found.add_metric([channel, state], count)
    return found


def _oldest() -> Metric:
    found = GaugeMetricFamily(
        "candor_delivery_due_seconds",
        "For how long the oldest delivery that is due has been waiting",
        labels=["channel"],
    )
    now = timezone.now()
    due = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now).order_by()
    for channel, oldest in due.values_list("channel").annotate(oldest=Min("due_at")):
        found.add_metric([channel], (now - oldest).total_seconds())
    return found


def _made() -> Metric:
    """From the sequence: counting the rows would read the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('delivery_delivery', 'id')")
        cursor.execute(f"SELECT last_value FROM {cursor.fetchone()[0]}")
        made = cursor.fetchone()[0]
    return CounterMetricFamily("candor_deliveries_made", "Deliveries ever made, about", value=made)


def _broadcasts() -> Metric:
    unfinished = Broadcast.objects.exclude(state=BroadcastState.FINISHED).count()
    return GaugeMetricFamily(
        "candor_broadcasts_unfinished", "Broadcasts still under way", value=unfinished
    )


def _receipts() -> Metric:
    waiting = Receipt.objects.filter(applied_at=None).count()
    return GaugeMetricFamily(
        "candor_receipts_waiting", "Receipts that are stored and not yet applied", value=waiting
    )


def _alarms() -> Metric:
    found = GaugeMetricFamily("candor_alarms_open", "Alarms that staff must see", labels=["kind"])
    counts = open_alarms().order_by().values_list("kind").annotate(count=Count("pk"))
    raised = dict(counts)
    for kind in Alarm.Kind.values:
        found.add_metric([kind], raised.get(kind, 0))
    return found


def _sms() -> list[Metric]:
    books = spending()
    spent = GaugeMetricFamily(
        "candor_sms_spent", "What this month's SMS cost", value=float(books.spent)
    )
    segments = GaugeMetricFamily(
        "candor_sms_segments", "Segments of SMS billed this month", value=books.segments
    )
    if settings.SMS_MONTHLY_CAP is None:
        return [spent, segments]
    cap = GaugeMetricFamily(
        "candor_sms_cap", "What they may cost at most", value=float(settings.SMS_MONTHLY_CAP)
    )
    return [spent, segments, cap]
