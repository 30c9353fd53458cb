"""Opening incidents and keeping the promise of the next update."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, compose, typed, writing_of
from statuspage.console.forms.backfills import BackfillForm
from statuspage.console.forms.incidents import IncidentOpenForm, IncidentUpdateForm
from statuspage.console.forms.promises import promise_minutes
from statuspage.console.paging import page_of
from statuspage.console.preview import preview_of
from statuspage.console.switchboard import chosen_states
from statuspage.console.timelines import entries
from statuspage.console.views.templates import chosen_signal, chosen_template
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.selectors import incidents, templates


@reads
def incident_list(request: HttpRequest) -> HttpResponse:
    """All incidents, the latest first."""
    return render(request, "console/incidents.html", {"page": page_of(request, incidents())})


@writes
def incident_new(request: HttpRequest) -> HttpResponse:
    """Choose the words to start from."""
    context = {"templates": templates(Template.Use.INCIDENT)}
    return render(request, "console/incident_new.html", context)


@writes
def incident_compose(request: HttpRequest) -> HttpResponse:
    """Write and publish a new incident, blank, from a template or from what a monitor reports."""
    form = IncidentOpenForm(
        typed(request),
        components=every_component(),
        template=chosen_template(request, Template.Use.INCIDENT),
        signal=chosen_signal(request),
        chosen=chosen_states(request.GET),
    )
    context = {"promises": promise_minutes()}
    return compose(request, Composition(form, "console/incident_compose.html", context))


@writes
def incident_backfill(request: HttpRequest) -> HttpResponse:
    """Write and publish an incident that is over already."""
    form = BackfillForm(typed(request), components=every_component())
    return compose(request, Composition(form, "console/incident_backfill.html"))


@reads
def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was said about an incident, and the form to say more."""
    found = _incident(public_id)
    context = _context(found)
    if staff_of(request).may_publish:
        form = IncidentUpdateForm(None, incident=found, components=every_component())
        place = reverse("console:incident_update", args=[public_id])
        context |= {
            "form": form,
            "preview": preview_of(form),
            "writing": writing_of(request, place),
        }
    return render(request, "console/incident.html", context)


@writes
def incident_update(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the next update."""
    found = _incident(public_id)
    form = IncidentUpdateForm(
        typed(request),
        incident=found,
        components=every_component(),
        chosen=chosen_states(request.GET),
    )
    return compose(request, Composition(form, "console/incident.html", _context(found)))


def _context(incident: Incident) -> dict[str, Any]:
    return {
        "incident": incident,
        "entries": entries("incident", incident.public_id),
        "promises": promise_minutes(),
        "now": timezone.now(),
    }


def _incident(public_id: str) -> Incident:
    return get_object_or_404(incidents(), public_id=public_id)


def every_component() -> list[Component]:
    """Those that a form may put into a state."""
    return list(Component.objects.select_related("group"))
