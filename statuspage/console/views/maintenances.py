"""Announce maintenance, update it, and show it by month."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, compose, typed
from statuspage.console.forms.maintenances import MaintenanceForm, MaintenanceUpdateForm
from statuspage.console.prepared import offered
from statuspage.console.sheets import WEEKDAYS, month_named, next_planned, sheet_of
from statuspage.console.timelines import entries
from statuspage.console.wanted import number_of, page_of
from statuspage.incidents.lifecycle import MAINTENANCE_UPDATES
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.moments import Moment, updates_after
from statuspage.incidents.occurrences import day_of
from statuspage.incidents.recurrence import BEIJING
from statuspage.incidents.selectors import maintenances
from statuspage.incidents.services.maintenances import DueOccurrence
from statuspage.incidents.services.recurrences import due, recurrences


@reads
def maintenance_list(request: HttpRequest) -> HttpResponse:
    """List all maintenance, latest first."""
    return render(request, "console/maintenances.html", {"page": page_of(request, maintenances())})


@writes
def maintenance_compose(request: HttpRequest) -> HttpResponse:
    """Write and publish an announcement."""
    form = MaintenanceForm(
        typed(request),
        components=list(Component.objects.all()),
        due=_due(request),
    )
    rows = offered(request, form, Moment.SCHEDULED)
    page = Composition(form, "console/maintenance_compose.html", templates=rows)
    return compose(request, page)


@reads
def maintenance(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a maintenance's statements, and the form for its next update until it is over."""
    found = _maintenance(public_id)
    if staff_of(request).may_publish and MAINTENANCE_UPDATES[found.status]:
        return maintenance_update(request, public_id)
    return render(request, "console/maintenance.html", _context(found))


@writes
def maintenance_update(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the next update."""
    found = _maintenance(public_id)
    form = MaintenanceUpdateForm(typed(request), maintenance=found)
    place = reverse("console:maintenance_update", args=[public_id])
    rows = offered(request, form, *updates_after(found.status))
    page = Composition(
        form, "console/maintenance.html", _context(found), place=place, templates=rows
    )
    return compose(request, page)


def _context(maintenance: Maintenance) -> dict[str, Any]:
    said = entries("maintenance", maintenance.public_id)
    return {"maintenance": maintenance, "entries": said}


def _maintenance(public_id: str) -> Maintenance:
    return get_object_or_404(maintenances(), public_id=public_id)


def _due(request: HttpRequest) -> DueOccurrence | None:
    """Return the occurrence in the query string, found by its day: its hour may have been edited.

    What can no longer be announced is not found; where a text was written for it already, the
    service refuses it, and the text is kept.
    """
    row, start = (number_of(request.GET.get(name, "")) for name in ("recurrence", "start"))
    if row is None:
        return None
    series = Recurrence.objects.filter(pk=row).first()
    moment = _moment(start)
    if series is None or moment is None:
        raise Http404
    wanted = (one for one in due() if one.recurrence.pk == row)
    found = next((one for one in wanted if day_of(one.start) == day_of(moment)), None)
    if found is None and request.method != "POST":
        raise Http404
    return found or DueOccurrence(series, moment)


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, BEIJING)
    except (OverflowError, OSError, ValueError):
        return None


@reads
def maintenance_calendar(request: HttpRequest) -> HttpResponse:
    """Show a month of maintenance, occurrences to announce, and recurring maintenance."""
    context = {
        "sheet": sheet_of(month_named(request.GET.get("month", ""))),
        "weekdays": WEEKDAYS,
        "today": timezone.localdate(),
        "next": next_planned(),
        "due": due(),
        "recurrences": recurrences(),
    }
    return render(request, "console/maintenance_calendar.html", context)
