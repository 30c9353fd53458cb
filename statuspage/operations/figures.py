"""Figures of the log, of open incidents, and whether the engines answer."""

from collections.abc import Iterable

from django.db import DatabaseError
from django.db.models import Count
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.pages.health import CHECKS
from statuspage.statements.models import Statement


def measured() -> Iterable[Metric]:
    """Engines first: while the database is away they are all there is to tell."""
    up = GaugeMetricFamily("candor_engine_up", "1 where an engine answers", labels=["engine"])
    for engine, answers in CHECKS.items():
        up.add_metric([engine], int(answers()))
    yield up
    try:
        yield from _said()
    except DatabaseError:
        return


def _said() -> list[Metric]:
    newest = Statement.objects.order_by("-number").values_list("number", "published_at").first()
    number, published_at = newest or (0, None)
    unresolved = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    open_incidents = GaugeMetricFamily(
        "candor_incidents_open", "Incidents that are not resolved", labels=["impact"]
    )
    for impact, count in unresolved.order_by().values_list("impact").annotate(count=Count("pk")):
        open_incidents.add_metric([impact], count)
    late = unresolved.filter(next_update_by__lt=timezone.now()).count()
    return [
        GaugeMetricFamily("candor_statement_number", "The newest statement's number", value=number),
        GaugeMetricFamily(
            "candor_statement_timestamp_seconds",
            "When the newest statement was published",
            value=published_at.timestamp() if published_at else 0,
        ),
        open_incidents,
        GaugeMetricFamily(
            "candor_updates_late", "Open incidents whose promised update is overdue", value=late
        ),
    ]
