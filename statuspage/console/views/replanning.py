"""Cancel a maintenance, or give it other times or services; both are published."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from statuspage.components.models import Component
from statuspage.console.access import writes
from statuspage.console.compose import Composition, compose, typed
from statuspage.console.forms.replanning import CancellationForm, ReschedulingForm
from statuspage.console.prepared import offered
from statuspage.incidents.lifecycle import MAINTENANCE_OVER
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import maintenances


@writes
def maintenance_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the cancellation."""
    found = get_object_or_404(maintenances(), public_id=public_id)
    form = CancellationForm(typed(request), maintenance=found)
    context = {
        "heading": _("Cancel maintenance"),
        "fields": "console/partials/cancellation_fields.html",
    }
    return _composed(request, found, form, context)


@writes
def maintenance_reschedule(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write and publish the new times or services."""
    found = get_object_or_404(maintenances(), public_id=public_id)
    everything = list(Component.objects.all())
    form = ReschedulingForm(typed(request), maintenance=found, components=everything)
    context = {
        "heading": _("Reschedule maintenance"),
        "fields": "console/partials/rescheduling_fields.html",
    }
    return _composed(request, found, form, context)


def _composed(
    request: HttpRequest,
    maintenance: Maintenance,
    form: CancellationForm | ReschedulingForm,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method != "POST" and maintenance.status in MAINTENANCE_OVER:
        messages.info(request, _("This maintenance is over. Nothing about it can be changed."))
        return redirect("console:maintenance", public_id=maintenance.public_id)
    shown = {**context, "maintenance": maintenance}
    rows = offered(request, form, form.statement_kind)
    page = Composition(form, "console/maintenance_replan.html", shown, templates=rows)
    return compose(request, page)
