"""Prometheus metrics of delivery: what waits, what is stuck, what it costs."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Final, SupportsFloat

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Sum
from django.db.models.functions import Now
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from notifications.channels.outcomes import Reason
from notifications.delivery.alarms import Trouble
from notifications.delivery.broadcasts import STILL_MOVING
from notifications.delivery.budget import spending
from notifications.delivery.models import Alarm, Broadcast, BroadcastState, Delivery, Receipt
from notifications.delivery.movement import still_queues
from notifications.delivery.refusals import FAULTS
from notifications.delivery.selectors import open_alarms
from notifications.delivery.states import UNFINISHED, DeliveryState
from statuspage.lib.database_clock import database_now

WAITING_FOR_REPAIR: Final = (*FAULTS, Reason.NOT_PERMITTED, Reason.NO_TEMPLATE)


class DeliveryCollector(Collector):
    """Collect the metrics of delivery, or nothing while the database is away."""

    def collect(self) -> Iterable[Metric]:
        """Return the current metrics."""
        try:
            yield from [_unfinished(), _unconfirmed(), _refused(), _oldest(), _made(), _alarms()]
            yield from [*_broadcasts(), *_totals()]
        except DatabaseError:
            return


def _unfinished() -> Metric:
    """Count only what partial indexes hold, however large the table is."""
    found = GaugeMetricFamily(
        "candor_deliveries_unfinished",
        "Deliveries that wait, are in flight, on hold, or whose provider is being asked",
        labels=["channel", "state"],
    )
    for state in sorted(UNFINISHED):
        rows = Delivery.objects.filter(state=state).order_by().values_list("channel")
        for channel, count in rows.annotate(count=Count("id")):
            found.add_metric([channel, state], count)
    return found


def _unconfirmed() -> Metric:
    found = GaugeMetricFamily(
        "candor_deliveries_unconfirmed",
        "Deliveries that were sent and whose provider cannot tell what became of them",
        labels=["channel"],
    )
    rows = Delivery.objects.filter(state=DeliveryState.UNCONFIRMED).order_by()
    for channel, count in rows.values_list("channel").annotate(count=Count("id")):
        found.add_metric([channel], count)
    return found


def _refused() -> Metric:
    found = GaugeMetricFamily(
        "candor_deliveries_refused",
        "Deliveries that wait until a fault of the account, a sender or a template is repaired",
        labels=["channel", "reason"],
    )
    rows = Delivery.objects.filter(state=DeliveryState.PENDING, reason__in=WAITING_FOR_REPAIR)
    counts = rows.order_by().values_list("channel", "reason").annotate(count=Count("id"))
    for channel, reason, count in counts:
        found.add_metric([channel, reason], count)
    return found


def _oldest() -> Metric:
    found = GaugeMetricFamily(
        "candor_delivery_due_seconds",
        "For how long the oldest delivery that is due has been waiting",
        labels=["channel"],
    )
    now = database_now()
    due = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now).order_by()
    for channel, oldest in due.values_list("channel").annotate(oldest=Min("due_at")):
        found.add_metric([channel], (now - oldest).total_seconds())
    return found


def _made() -> Metric:
    """Read the sequence: counting the rows would read the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('delivery_delivery', 'id')")
        sequence = cursor.fetchone()[0]
        # A restored database starts again at a number of its own: see delivery/restoring.py.
        cursor.execute(
            f"SELECT last_value - seqstart + 1 FROM {sequence}, pg_sequence"
            " WHERE seqrelid = %s::regclass",
            [sequence],
        )
        made = cursor.fetchone()[0]
    return CounterMetricFamily("candor_deliveries_made", "Deliveries ever made, about", value=made)


def _alarms() -> Metric:
    found = GaugeMetricFamily("candor_alarms_open", "Alarms that staff must see", labels=["kind"])
    raised = dict(open_alarms().order_by().values_list("kind").annotate(count=Count("pk")))
    for kind in Alarm.Kind.values:
        found.add_metric([kind], raised.get(kind, 0))
    return found


def _broadcasts() -> list[Metric]:
    """Ages by the database's clock, from the moment of publishing: recipients may be unknown."""
    oldest = GaugeMetricFamily(
        "candor_broadcast_unfinished_seconds",
        "For how long the oldest unfinished broadcast has been under way",
        labels=["state"],
    )
    unfinished = Broadcast.objects.exclude(state=BroadcastState.FINISHED).order_by()
    age = unfinished.values_list("state").annotate(age=Now() - Min("created_at"))
    for state, seconds in age:
        oldest.add_metric([state], max(0.0, seconds.total_seconds()))
    still = GaugeMetricFamily(
        "candor_queue_still_seconds",
        "For how long nothing has been taken from a queue that has something to do",
        labels=["queue"],
    )
    for name, queues in groupby(sorted(map(_queue, still_queues())), key=itemgetter(0)):
        still.add_metric([name], max(seconds for _name, seconds in queues))
    recent = Broadcast.objects.filter(created_at__gte=Now() - STILL_MOVING)
    sums = recent.aggregate(tried=Sum("tried", default=0), failed=Sum("failed", default=0))
    text = "Messages of the last day's broadcasts that were {}"
    return [
        oldest,
        still,
        GaugeMetricFamily("candor_messages_tried", text.format("tried"), value=sums["tried"]),
        GaugeMetricFamily("candor_messages_failed", text.format("failed"), value=sums["failed"]),
    ]


def _queue(trouble: Trouble) -> tuple[str, float]:
    """Return a queue's label: its channel, or `expanding` for every broadcast."""
    expanding = trouble.kind == Alarm.Kind.BROADCAST_STUCK
    return ("expanding" if expanding else trouble.subject, trouble.seconds)


def _totals() -> list[Metric]:
    month = spending()
    held = Broadcast.objects.filter(state=BroadcastState.HELD).count()
    over = (BroadcastState.FINISHED, BroadcastState.HELD)
    unfinished = Broadcast.objects.exclude(state__in=over).count()
    waiting = Receipt.objects.filter(applied_at=None).count()
    totals: list[tuple[str, str, SupportsFloat | None]] = [
        ("candor_broadcasts_unfinished", "Broadcasts still under way", unfinished),
        ("candor_broadcasts_held", "Broadcasts on hold after a restore", held),
        ("candor_receipts_waiting", "Receipts that are stored and not yet applied", waiting),
        ("candor_sms_spent", "What this month's SMS cost", month.spent),
        ("candor_sms_segments", "Segments of SMS billed this month", month.segments),
        ("candor_sms_cap", "What they may cost at most", settings.SMS_MONTHLY_CAP),
    ]
    return [
        GaugeMetricFamily(name, text, value=float(value))
        for name, text, value in totals
        if value is not None
    ]
