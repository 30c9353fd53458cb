"""What is open, what is late, and what is being sent."""

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
from statuspage.console.proposals import waiting
from statuspage.console.writing import drafts_of
from statuspage.incidents.selectors import (
    active_maintenances,
    open_incidents,
    scheduled_maintenances,
)
from statuspage.settlement.selectors import recent_notices

BROADCASTS = 5
DRAFTS = 5


@reads
def dashboard(request: HttpRequest) -> HttpResponse:
    """The console's first page."""
    description, indicator = overall_state(visible_components())
    context = {
        "headline": HEADLINES[description],
        "indicator": indicator,
        "drafts": drafts_of(staff_of(request))[:DRAFTS],
        "now": timezone.now(),
        "incidents": open_incidents(),
        "active": active_maintenances(),
        "scheduled": scheduled_maintenances(),
        "waiting": waiting(),
        "notices": recent_notices(),
        "broadcasts": [Progress.shared(one) for one in recent_broadcasts(BROADCASTS)],
        "spending": spending(),
        "cap": settings.SMS_MONTHLY_CAP,
        "unconfigured": [one for one in reachable_channels() if not one.configured()],
    }
    return render(request, "console/dashboard.html", context)
