"""Open and update incidents, from a form or from the page of all component states."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.approvals.recipes import unfinished
from statuspage.components.models import Component
from statuspage.components.statuses import IMPACT_OF, ComponentStatus
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.compose import Composition, ask, compose, typed
from statuspage.console.forms.backfills import BackfillForm, arranged
from statuspage.console.forms.fields import offer
from statuspage.console.forms.incidents import (
    IncidentOpenForm,
    IncidentReopenForm,
    IncidentUpdateForm,
)
from statuspage.console.forms.resolving import resolving_values
from statuspage.console.forms.states import ComponentStates, changed, chosen_states, form_for
from statuspage.console.prepared import offered
from statuspage.console.timelines import entries
from statuspage.console.wanted import chosen_row, page_of
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.moments import Moment, updates_after
from statuspage.incidents.selectors import incidents, open_incidents, templates
from statuspage.monitors.over import alerts_over_of
from statuspage.monitors.selectors import drafts, signals
from statuspage.pages.noticed import notices_of


@reads
def incident_list(request: HttpRequest) -> HttpResponse:
    """List all incidents, latest first."""
    return render(request, "console/incidents.html", {"page": page_of(request, incidents())})


@writes
def incident_new(request: HttpRequest) -> HttpResponse:
    """Show the templates to start from."""
    context = {"templates": templates(Moment.OPENED)}
    return render(request, "console/incident_new.html", context)


@writes
def incident_compose(request: HttpRequest) -> HttpResponse:
    """Write and publish a new incident, blank, from a template or from a monitor's report."""
    form = IncidentOpenForm(
        typed(request),
        components=every_component(),
        signal=chosen_row(request, "signal", drafts()),
        reported=chosen_row(request, "reported", signals()),
        chosen=chosen_states(request.GET),
    )
    context, rows = {"promises": _promise_minutes()}, offered(request, form, Moment.OPENED)
    page = Composition(form, "console/incident_compose.html", context, templates=rows)
    return compose(request, page)


@writes
def incident_backfill(request: HttpRequest) -> HttpResponse:
    """Write and publish an incident that is already over, with the updates that it had."""
    if request.method == "POST":
        request.POST = arranged(request.POST)  # type: ignore[assignment]
    form = BackfillForm(typed(request), components=every_component())
    return compose(request, Composition(form, "console/incident_backfill.html"))


@reads
def incident(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show an incident's statements, and the form for its next update."""
    if staff_of(request).may_publish:
        return incident_update(request, public_id)
    return render(request, "console/incident.html", _context(_incident(public_id)))


@writes
def incident_update(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the next update."""
    found = _incident(public_id)
    if found.in_error:
        return render(request, "console/incident.html", _context(found))
    return _compose(request, found, IncidentUpdateForm, "console:incident_update")


@writes
def incident_reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open a resolved incident again; where it is open, show it."""
    found = _incident(public_id)
    if not found.reopenable and request.method != "POST":
        return redirect("console:incident", public_id=public_id)
    return _compose(request, found, IncidentReopenForm, "console:incident_reopen")


def _compose(
    request: HttpRequest, found: Incident, kind: type[IncidentUpdateForm], view: str
) -> HttpResponse:
    form = kind(
        typed(request),
        incident=found,
        components=every_component(),
        chosen=chosen_states(request.GET),
    )
    place, reopens = reverse(view, args=[found.public_id]), kind is IncidentReopenForm
    rows = offered(request, form, *(() if reopens else updates_after(found.status)))
    context = {**_context(found), "action": place, "reopens": reopens}
    page = Composition(form, "console/incident.html", context, place=place, templates=rows)
    return compose(request, page)


@writes
def incident_resolve(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Ask whether to publish “Resolved”, written from the alerts that are over."""
    if request.method == "POST":
        return incident_update(request, public_id)
    found = _incident(public_id)
    over = alerts_over_of(found)
    if over is None:
        problem = _("Not all alerts of this incident are over, so nothing was prepared.")
        resolved = found.status == IncidentStatus.RESOLVED
        messages.warning(request, _("This incident is already resolved.") if resolved else problem)
        return incident_update(request, public_id)
    written = resolving_values(found, over.since)
    form = IncidentUpdateForm(written, incident=found, components=every_component())
    place = reverse("console:incident_update", args=[public_id])
    context = {**_context(found), "action": place, "reopens": False}
    return ask(request, Composition(form, "console/incident.html", context, place=place), written)


def _context(incident: Incident) -> dict[str, Any]:
    return {
        "incident": incident,
        "entries": entries("incident", incident.public_id),
        "notices": notices_of((incident.public_id,)),
        "recipes": unfinished(incident.public_id),
        "over": alerts_over_of(incident),
        "promises": _promise_minutes(),
        "now": timezone.now(),
    }


def _incident(public_id: str) -> Incident:
    return get_object_or_404(incidents(), public_id=public_id)


def every_component() -> list[Component]:
    """Return the components that a form may put into a state."""
    return list(Component.objects.select_related("group"))


def _promise_minutes() -> str:
    """Return the minutes until the next update by impact and by component status, as JSON.

    The script uses it to fill in the time when impact or status changes.
    """
    minutes = settings.PROMISE_UPDATE_MINUTES
    known = {status: impact for status, impact in IMPACT_OF.items() if impact in minutes}
    by_component = {str(status): minutes[impact] for status, impact in known.items()}
    return json.dumps({**by_component, **minutes})


class _Switches(forms.Form):
    """One select for each component, starting with its present state."""

    def __init__(self, components: list[Component]) -> None:
        super().__init__()
        present = {one.public_id: one.status for one in components}
        self.states = ComponentStates(self, components, present)
        for name in self.fields:
            offer(self, name, ComponentStatus.choices)


@reads
def switchboard(request: HttpRequest) -> HttpResponse:
    """Show the states; with `target`, redirect to the form that publishes the changed ones."""
    components = list(Component.objects.select_related("group"))
    incidents = list(open_incidents())
    if "target" in request.GET and staff_of(request).may_publish:
        states = changed(components, chosen_states(request.GET))
        if states:
            return redirect(form_for(request.GET["target"], incidents, states))
        messages.info(request, _("No status was changed, so there is nothing to publish."))
    context = {"form": _Switches(components), "incidents": incidents}
    return render(request, "console/switchboard.html", context)
