"""`/metrics` for Prometheus: what PostgreSQL and Redis know, asked for when somebody looks."""

import hmac
import ipaddress
from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

Measure = Callable[[], Iterable[Metric]]

# Nothing is counted in a process: each gives the same answer, and no figure is lost with one.
REGISTRY = CollectorRegistry(auto_describe=False)


class _Collector:
    """What the registry asks for."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead of time: describing must not ask the engines."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The figures of now."""
        return self._measure()


def measures(measure: Measure) -> None:
    """Register what a room measures; asked at each scrape, in any web process."""
    REGISTRY.register(_Collector(measure))


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for those who have the token; in development for this machine."""
    if not _may_see(request):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_see(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    peer = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    return bool(settings.DEVELOPMENT) and peer.is_loopback
