"""Announcing maintenance and telling how it goes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from statuspage.components.models import Component
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, compose, typed, writing_of
from statuspage.console.forms.maintenances import MaintenanceForm, MaintenanceUpdateForm
from statuspage.console.paging import page_of
from statuspage.console.preview import preview_of
from statuspage.console.timelines import entries
from statuspage.console.views.templates import chosen_template
from statuspage.console.wanted import number_of
from statuspage.incidents.lifecycle import MAINTENANCE_TRANSITIONS
from statuspage.incidents.models import Maintenance, Template
from statuspage.incidents.selectors import maintenances, templates
from statuspage.incidents.services.recurrences import Due, due


@reads
def maintenance_list(request: HttpRequest) -> HttpResponse:
    """All maintenance, the latest first."""
    return render(request, "console/maintenances.html", {"page": page_of(request, maintenances())})


@writes
def maintenance_compose(request: HttpRequest) -> HttpResponse:
    """Write and publish an announcement."""
    form = MaintenanceForm(
        typed(request),
        components=list(Component.objects.all()),
        template=chosen_template(request, Template.Use.MAINTENANCE),
        due=_due(request),
    )
    context = {"templates": templates(Template.Use.MAINTENANCE)}
    return compose(request, Composition(form, "console/maintenance_compose.html", context))


@reads
def maintenance(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was said about a maintenance, and the form to say more while it lasts."""
    found = _maintenance(public_id)
    context = _context(found)
    if staff_of(request).may_publish and MAINTENANCE_TRANSITIONS[found.status]:
        form = MaintenanceUpdateForm(None, maintenance=found)
        place = reverse("console:maintenance_update", args=[public_id])
        context |= {
            "form": form,
            "preview": preview_of(form),
            "writing": writing_of(request, place),
        }
    return render(request, "console/maintenance.html", context)


@writes
def maintenance_update(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the next update."""
    found = _maintenance(public_id)
    form = MaintenanceUpdateForm(typed(request), maintenance=found)
    return compose(request, Composition(form, "console/maintenance.html", _context(found)))


def _context(maintenance: Maintenance) -> dict[str, Any]:
    said = entries("maintenance", maintenance.public_id)
    return {"maintenance": maintenance, "entries": said}


def _maintenance(public_id: str) -> Maintenance:
    return get_object_or_404(maintenances(), public_id=public_id)


def _due(request: HttpRequest) -> Due | None:
    """The one of a row that the address names, while its rule has it and nobody announced it."""
    row, start = (number_of(request.GET.get(name, "")) for name in ("recurrence", "start"))
    if row is None:
        return None
    wanted = (one for one in due() if one.recurrence.pk == row)
    found = next((one for one in wanted if one.start.timestamp() == start), None)
    if found is None:
        raise Http404
    return found
