"""What is open, what is late, what is being sent, and whether everything works."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from notifications.channels import reachable_channels
from notifications.delivery.budget import spending
from notifications.delivery.selectors import recent_broadcasts
from statuspage.components.selectors import overall_state, visible_components
from statuspage.components.statuses import HEADLINES
from statuspage.console.access import reads, staff_of
from statuspage.console.broadcasts import Progress
from statuspage.console.health import parts
from statuspage.console.proposals import waiting
from statuspage.console.reviews import to_review
from statuspage.console.views.quarantine import stopped_groups
from statuspage.console.writing import drafts_of
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import (
    active_maintenances,
    open_incidents,
    scheduled_maintenances,
)
from statuspage.incidents.services.recurrences import due
from statuspage.regulator.selectors import running
from statuspage.settlement.selectors import recent_notices

BROADCASTS = 5
DRAFTS = 5


@reads
def dashboard(request: HttpRequest) -> HttpResponse:
    """The console's first page."""
    description, indicator = overall_state(visible_components())
    now = timezone.now()
    context = {
        "headline": HEADLINES[description],
        "indicator": indicator,
        "now": now,
        **_promises(now),
        "drafts": drafts_of(staff_of(request))[:DRAFTS],
        "active": active_maintenances(),
        "scheduled": scheduled_maintenances(),
        "waiting": waiting(),
        "unread": to_review().count(),
        "due": due(),
        "owed": running(now),
        "notices": recent_notices(),
        **_delivery(),
        "unconfigured": [one for one in reachable_channels() if not one.configured()],
    }
    return render(request, "console/dashboard.html", context)


def _promises(now: datetime) -> dict[str, Any]:
    """Open incidents, the one that is due first on top; how many are late; the next one due."""
    incidents = sorted(open_incidents(), key=_due)
    promised = [one for one in incidents if one.next_update_by]
    late = [one for one in promised if _due(one) < now]
    following = next((one for one in promised if one not in late), None)
    return {"incidents": incidents, "late": late, "following": following}


def _due(incident: Incident) -> datetime:
    """Who promised nothing comes last."""
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
