"""Addresses that are not written to: why, since when, and the way back."""

from typing import Final

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from notifications.subscribers.models import Address
from notifications.subscribers.services.stopping import BY_OWNER
from statuspage.console import decisions
from statuspage.console.access import may_decide, reads, staff_of, undecided
from statuspage.console.labels import REASONS
from statuspage.console.paging import slice_of
from statuspage.console.shared import shared
from statuspage.console.wanted import number_of

COUNTED_FOR_SECONDS: Final = 5
KEYS: Final = ("suppressed_at", "pk")


@reads
def quarantine(request: HttpRequest) -> HttpResponse:
    """The latest first, by reason; POST revives one."""
    if request.method == "POST":
        return _revive(request)
    reason = request.GET.get("reason", "")
    reason = reason if reason in REASONS else ""
    rows = _stopped().filter(suppressed_for=reason) if reason else _stopped()
    context = {
        "groups": stopped_groups(),
        "reason": reason,
        "by_owner": BY_OWNER,
        "slice": slice_of(request, rows, KEYS),
    }
    return render(request, "console/quarantine.html", context)


def _revive(request: HttpRequest) -> HttpResponse:
    staff = staff_of(request)
    if not may_decide(staff):
        return undecided(request)
    address = get_object_or_404(Address, pk=number_of(request.POST.get("address", "")) or 0)
    if decisions.revive(staff=staff, address=address):
        messages.success(
            request, _("%(address)s is written to again.") % {"address": address.masked}
        )
    else:
        messages.warning(request, _("Nothing was changed: only its owner can start this address."))
    return redirect("console:quarantine")


def _stopped() -> QuerySet[Address]:
    return Address.objects.filter(suppressed_at__isnull=False)


def stopped_groups() -> list[tuple[str, int]]:
    """How many addresses are stopped, by reason, the most first; counted every few seconds."""
    return shared("quarantine", COUNTED_FOR_SECONDS, _groups)


def _groups() -> list[tuple[str, int]]:
    rows = _stopped().values_list("suppressed_for").annotate(count=Count("pk"))
    return sorted(rows, key=lambda one: -one[1])
