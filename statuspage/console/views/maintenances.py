"""Announce maintenance, update it, and set up recurring maintenance."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.components.models import Component
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, compose, typed
from statuspage.console.forms.maintenances import (
    MaintenanceForm,
    MaintenanceUpdateForm,
    RecurrenceForm,
)
from statuspage.console.prepared import offered
from statuspage.console.sheets import WEEKDAYS, month_named, sheet_of
from statuspage.console.timelines import entries
from statuspage.console.wanted import number_of, page_of
from statuspage.incidents.lifecycle import MAINTENANCE_UPDATES
from statuspage.incidents.models import Maintenance
from statuspage.incidents.moments import Moment, updates_after
from statuspage.incidents.selectors import maintenances
from statuspage.incidents.services.maintenances import DueOccurrence
from statuspage.incidents.services.recurrences import due, recurrence_stop, recurrences


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
    """Return the occurrence in the query string, if it is not announced yet."""
    row, start = (number_of(request.GET.get(name, "")) for name in ("recurrence", "start"))
    if row is None:
        return None
    wanted = (one for one in due() if one.recurrence.pk == row)
    found = next((one for one in wanted if one.start.timestamp() == start), None)
    if found is None:
        raise Http404
    return found


@reads
def maintenance_calendar(request: HttpRequest) -> HttpResponse:
    """Show a month of maintenance, occurrences to announce, and recurring maintenance."""
    context = {
        "sheet": sheet_of(month_named(request.GET.get("month", ""))),
        "weekdays": WEEKDAYS,
        "today": timezone.localdate(),
        "due": due(),
        "recurrences": recurrences(),
    }
    return render(request, "console/maintenance_calendar.html", context)


@writes
def recurrence_new(request: HttpRequest) -> HttpResponse:
    """Set up a recurrence; nothing is published yet."""
    data = request.POST if request.method == "POST" else None
    form = RecurrenceForm(data, components=list(Component.objects.all()))
    if form.is_valid() and form.create(staff_of(request)):
        messages.success(request, _("Saved. Each maintenance is announced as you chose."))
        return redirect("console:maintenance_calendar")
    context = {"form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/recurrence_new.html", context, status=status)


@writes
@require_POST
def recurrence_end(request: HttpRequest, number: int) -> HttpResponse:
    """Stop a recurrence; what is announced stays announced."""
    recurrence_stop(get_object_or_404(recurrences(), pk=number))
    messages.success(request, _("Stopped. Maintenance that is already announced stays."))
    return redirect("console:maintenance_calendar")
