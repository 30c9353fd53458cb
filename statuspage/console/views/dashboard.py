"""The dashboard: open incidents, overdue updates, running broadcasts, and system health."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import redis
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.channels.media import offered_media
from notifications.delivery.budget import spending
from notifications.delivery.providers import ProviderHealth, health_of
from notifications.delivery.selectors import recent_broadcasts
from statuspage.approvals.drafts import drafts_of
from statuspage.approvals.proposals import to_review
from statuspage.approvals.recipes import unfinished
from statuspage.approvals.scheduling import scheduled
from statuspage.approvals.waiting import returned_to, shown_to, to_prepare_by
from statuspage.console.access import reads, staff_of
from statuspage.console.broadcasts import Progress
from statuspage.console.views.dead_letters import stopped_groups
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import (
    active_maintenances,
    open_incidents,
    scheduled_maintenances,
)
from statuspage.incidents.services.recurrences import due
from statuspage.monitors.over import alerts_over
from statuspage.monitors.selectors import monitoring_state
from statuspage.notices.selectors import notices
from statuspage.operations.heartbeat import ALIVE_SECONDS, CLOCK, silent_for
from statuspage.pages.health import CHECKS
from statuspage.pages.overall import overall_state
from statuspage.regulator.selectors import running

ENGINES: Final = {"database": "PostgreSQL", "redis": "Redis"}


class PartState(models.TextChoices):
    """The state of one part of the system, in words for staff."""

    WORKS = "works", _("OK")
    TROUBLED = "troubled", _("Degraded")
    DOWN = "down", _("Down")
    REFUSING = "refusing", _("Refuses everything")
    NOT_SET_UP = "not_set_up", _("Not set up")
    UNKNOWN = "unknown", _("Unknown")


BY_PROVIDER: Final = {
    ProviderHealth.UP: PartState.WORKS,
    ProviderHealth.TROUBLED: PartState.TROUBLED,
    ProviderHealth.DOWN: PartState.DOWN,
    ProviderHealth.REFUSING: PartState.REFUSING,
    ProviderHealth.NOT_SET_UP: PartState.NOT_SET_UP,
}


@dataclass(frozen=True)
class HealthItem:
    """One part of the system that delivery needs."""

    name: Any
    state: PartState

    @property
    def well(self) -> bool:
        """Whether the part works."""
        return self.state == PartState.WORKS


def parts() -> list[tuple[Any, Sequence[HealthItem]]]:
    """Return the health of every part by group, checked now; an unreachable part raises nothing."""
    engines = [
        HealthItem(ENGINES[name], PartState.WORKS if answers() else PartState.DOWN)
        for name, answers in CHECKS.items()
    ]

    def providers() -> list[HealthItem]:
        # Of those that are not set up only the ones that a medium would need.
        shown = (
            one
            for medium in offered_media()
            for one in medium.providers
            if one.configured() or one is medium.leading()
        )
        return [HealthItem(one.label, BY_PROVIDER[health_of(one)]) for one in shown]

    return [
        (_("Database and cache"), engines),
        (_("Workers"), _or_unknown(_workers, _("Workers"))),
        (_("Providers"), _or_unknown(providers, _("Providers"))),
    ]


def _workers() -> list[HealthItem]:
    """Return the workers heard from in the last hour, and the scheduler."""
    silent = silent_for()
    clock = HealthItem(_("Scheduler (beat)"), _alive(silent.pop(CLOCK, None)))
    workers = [HealthItem(name, _alive(seconds)) for name, seconds in sorted(silent.items())]
    return [*(workers or [HealthItem(_("No worker"), PartState.DOWN)]), clock]


def _alive(seconds: float | None) -> PartState:
    return PartState.WORKS if seconds is not None and seconds < ALIVE_SECONDS else PartState.DOWN


def _or_unknown(ask: Callable[[], list[HealthItem]], name: Any) -> list[HealthItem]:
    try:
        return ask()
    except redis.RedisError:
        return [HealthItem(name, PartState.UNKNOWN)]


BROADCASTS = 5
DRAFTS = 5
NOTICES = 5


@reads
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the console's first page."""
    now = timezone.now()
    context = {
        "state": overall_state(),
        "now": now,
        **_promises(now),
        "monitoring": monitoring_state(),
        "over": {one.incident.pk: one for one in alerts_over()},
        "drafts": drafts_of(staff_of(request))[:DRAFTS],
        "active": active_maintenances(),
        "scheduled": scheduled_maintenances(),
        "planned": scheduled(),
        "recipes": unfinished(),
        "items": shown_to(staff_of(request)),
        "returned": returned_to(staff_of(request)),
        "to_prepare": to_prepare_by(staff_of(request)),
        "unread": to_review().count(),
        "due": due(),
        "owed": running(now),
        "notices": notices()[:NOTICES],
        **_delivery(),
        "unconfigured": [one for one in offered_media() if not one.configured()],
    }
    return render(request, "console/dashboard.html", context)


def _promises(now: datetime) -> dict[str, Any]:
    """Return open incidents, soonest promise first, with the overdue ones and the next due."""
    incidents = sorted(open_incidents(), key=_due)
    promised = [one for one in incidents if one.next_update_by]
    late = [one for one in promised if _due(one) < now]
    following = next((one for one in promised if one not in late), None)
    return {"incidents": incidents, "late": late, "following": following}


def _due(incident: Incident) -> datetime:
    """Return the time of the promised update; an incident without a promise sorts last."""
    return incident.next_update_by or datetime.max.replace(tzinfo=timezone.get_current_timezone())


def _delivery() -> dict[str, Any]:
    progress = [Progress.shared(one) for one in recent_broadcasts(BROADCASTS)]
    return {
        "broadcasts": progress,
        "moving": any(one.moving for one in progress),
        "spending": spending(),
        "cap": settings.SMS_MONTHLY_CAP,
        "stopped": sum(count for _reason, count in stopped_groups()),
        "parts": parts(),
    }
