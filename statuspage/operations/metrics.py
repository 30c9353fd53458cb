"""`/metrics` for Prometheus, read from PostgreSQL and Redis at each request."""

import hmac
import ipaddress
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from statuspage import __version__
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.lib.postgres.base import impatient
from statuspage.monitors.selectors import monitoring_state, notes_of_late
from statuspage.operations.heartbeat import pulses
from statuspage.pages.health import CHECKS
from statuspage.statements.models import Statement

# While the database hangs, what can be known without it is answered after so long.
PATIENCE_SECONDS: Final = 3.0
# Apps register their collectors here, in ready(). Nothing is counted in a process: each gives the
# same answer, and no figure is lost with one. Describing must not ask the engines, hence False.
REGISTRY = CollectorRegistry(auto_describe=False)


class EngineCollector(Collector):
    """Collects engines first: while the database is away nothing else can be collected."""

    def collect(self) -> Iterable[Metric]:
        """Return the current figures."""
        build = GaugeMetricFamily("candor_build_info", "The running version", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        up = GaugeMetricFamily("candor_engine_up", "1 where an engine answers", labels=["engine"])
        for engine, answers in CHECKS.items():
            up.add_metric([engine], int(answers()))
        yield up
        with suppress(redis.RedisError):
            yield _pulses()
        try:
            yield from _log_metrics()
        except DatabaseError:
            return


def _pulses() -> Metric:
    found = GaugeMetricFamily(
        "candor_pulse_seconds",
        "Seconds since any worker, and beat, were last heard of; +Inf for longer than an hour",
        labels=["program"],
    )
    for program, seconds in pulses().items():
        found.add_metric([program], seconds)
    return found


def _log_metrics() -> list[Metric]:
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
        *_monitor_metrics(),
    ]


def _monitor_metrics() -> list[Metric]:
    state = monitoring_state()
    lost = notes_of_late().aggregate(left_out=Sum("left_out"), unreadable=Sum("unreadable"))
    firing = GaugeMetricFamily(
        "candor_alerts_firing", "Alerts of monitors that are firing", labels=["rule"]
    )
    firing.add_metric(["none"], state.unmatched)
    firing.add_metric(["some"], state.firing - state.unmatched)
    not_taken = GaugeMetricFamily(
        "candor_alerts_not_taken",
        "Alerts of the last 24 hours that were beyond a limit, or that nobody could read",
        labels=["why"],
    )
    for why, count in lost.items():
        not_taken.add_metric([why], count or 0)
    return [firing, not_taken]


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures to clients that have the token; in development to this machine."""
    if not _may_see(request):
        raise Http404
    with impatient(PATIENCE_SECONDS):
        figures = generate_latest(REGISTRY)
    return HttpResponse(figures, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_see(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    peer = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    return bool(settings.DEVELOPMENT) and peer.is_loopback
