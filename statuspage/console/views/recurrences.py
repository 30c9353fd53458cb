"""Set up, edit and stop recurring maintenance, and skip one of its dates."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.components.models import Component
from statuspage.console.access import staff_of, writes
from statuspage.console.forms.recurrences import RecurrenceForm
from statuspage.incidents.models import Recurrence
from statuspage.incidents.occurrences import announced_on, coming_dates
from statuspage.incidents.services.series import (
    occurrence_skip,
    occurrence_take_back,
    recurrence_stop,
)
from statuspage.lib.database_clock import database_now


@writes
def recurrence_new(request: HttpRequest) -> HttpResponse:
    """Set up a recurrence; nothing is published yet."""
    form = RecurrenceForm(_sent(request), components=list(Component.objects.all()))
    if form.is_valid() and form.save(staff_of(request)):
        messages.success(request, _("Saved. Each maintenance is announced as you chose."))
        return redirect("console:maintenance_calendar")
    return _page(request, "console/recurrence_new.html", form, {})


@writes
def recurrence_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Edit a series and its coming dates; what is announced stays as it is."""
    row = _series(number)
    components = list(Component.objects.all())
    if row.stopped_at and request.method != "POST":  # what was typed into it is not lost
        messages.info(request, _("This series was stopped."))
        return redirect("console:maintenance_calendar")
    form = RecurrenceForm(_sent(request), components=components, recurrence=row)
    if form.is_valid() and form.save(staff_of(request)):
        messages.success(request, _("Saved. Maintenance that is already announced stays as it is."))
        if form.skipped:
            messages.info(request, _("New dates until the last one announced are skipped."))
        return redirect("console:recurrence_edit", number=number)
    coming = [] if row.stopped_at else coming_dates(_series(number), database_now())
    context = {"recurrence": row, "coming": coming}
    return _page(request, "console/recurrence_edit.html", form, context)


@writes
@require_POST
def recurrence_skip(request: HttpRequest, number: int, day: str) -> HttpResponse:
    """Skip one date; one that is announced already is offered for cancelling."""
    row, wanted = _series(number), _day(day)
    try:
        occurrence_skip(recurrence=row, day=wanted, staff=staff_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        if error.code == "announced":
            public_id = announced_on(row)[wanted].public_id
            return redirect("console:maintenance_cancel", public_id=public_id)
    else:
        messages.success(request, _("Skipped. There is no maintenance on this date."))
    return redirect("console:recurrence_edit", number=number)


@writes
@require_POST
def recurrence_take_back(request: HttpRequest, number: int, day: str) -> HttpResponse:
    """No longer skip a date."""
    row, wanted = _series(number), _day(day)
    try:
        occurrence_take_back(recurrence=row, day=wanted, staff=staff_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("This date takes place as the series says."))
    return redirect("console:recurrence_edit", number=number)


@writes
@require_POST
def recurrence_end(request: HttpRequest, number: int) -> HttpResponse:
    """Stop a recurrence; what is announced stays announced."""
    row = _series(number)
    recurrence_stop(row)
    stopped = _("Stopped. Maintenance that is already announced stays.")
    messages.success(request, _("This series was stopped.") if row.stopped_at else stopped)
    return redirect("console:maintenance_calendar")


def _series(number: int) -> Recurrence:
    return get_object_or_404(Recurrence, pk=number)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Http404 from None


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _page(
    request: HttpRequest, template: str, form: RecurrenceForm, context: dict[str, Any]
) -> HttpResponse:
    shown = {**context, "form": form, "complain": form.is_bound}
    return render(request, template, shown, status=400 if form.is_bound else 200)
