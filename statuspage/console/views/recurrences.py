"""Maintenance in a month, and maintenance that comes back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.components.models import Component
from statuspage.console.access import reads, staff_of, writes
from statuspage.console.forms.recurrences import RecurrenceForm
from statuspage.console.month_sheet import month_named, sheet_of
from statuspage.console.year_sheet import WEEKDAYS
from statuspage.incidents.services.recurrences import (
    due,
    recurrence_stop,
    recurrences,
)


@reads
def maintenance_calendar(request: HttpRequest) -> HttpResponse:
    """A month of maintenance, what is to be announced, and what comes back."""
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
    """Set up a row; nothing is said yet."""
    data = request.POST if request.method == "POST" else None
    form = RecurrenceForm(data, components=list(Component.objects.all()))
    if form.is_valid() and form.create(staff_of(request)):
        messages.success(request, _("Set up. Each time is announced as you chose."))
        return redirect("console:maintenance_calendar")
    context = {"form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/recurrence_new.html", context, status=status)


@writes
@require_POST
def recurrence_end(request: HttpRequest, number: int) -> HttpResponse:
    """No more of it; what is announced stays announced."""
    recurrence_stop(get_object_or_404(recurrences(), pk=number))
    messages.success(request, _("It comes back no more. What is announced stays announced."))
    return redirect("console:maintenance_calendar")
