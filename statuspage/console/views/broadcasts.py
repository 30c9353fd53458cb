"""The progress of a broadcast, and the delivery ledger by statement or by merchant."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from notifications.channels.media import offered_media
from notifications.delivery.ledger import KEYS, history_of, ledger_of
from notifications.delivery.models import Broadcast
from notifications.delivery.states import DeliveryState
from notifications.subscribers.models import Address
from notifications.subscribers.selectors import addresses_of
from statuspage.console.access import reads, reauthenticated
from statuspage.console.broadcasts import Progress
from statuspage.console.export import csv_response, ledger_csv
from statuspage.console.forms.subscribers import WhoForm
from statuspage.console.wanted import query_of, slice_of, wanted_of


@reads
def broadcast(request: HttpRequest, number: int) -> HttpResponse:
    """Show counts, and the single deliveries with masked addresses.

    A search term comes by POST and is redirected to in a form that is safe in a URL.
    """
    found, wanted = _broadcast(number), wanted_of(request.GET)
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        return search.result(request)
    context = {
        "progress": Progress.shared(found),
        "states": DeliveryState.choices,
        "channels": offered_media(),
        "wanted": wanted,
        "query": query_of(wanted),
        "search": search,
        "sought": addresses_of(wanted.who).first() if wanted.who else None,
        "slice": slice_of(request, ledger_of(found.statement, wanted), KEYS),
    }
    status = 400 if search.is_bound else 200
    return render(request, "console/broadcast.html", context, status=status)


@reads
def broadcast_progress(request: HttpRequest, number: int) -> HttpResponse:
    """Return the counts alone; the page polls this."""
    progress = Progress.shared(_broadcast(number))
    return render(request, "console/partials/progress.html", {"progress": progress})


@reads
@reauthenticated
def broadcast_export(request: HttpRequest, number: int) -> HttpResponseBase:
    """Return the ledger as CSV, complete or with the filters of the page."""
    rows = ledger_of(_broadcast(number).statement, wanted_of(request.GET))
    return csv_response(ledger_csv(rows), f"broadcast-{number}")


def _broadcast(number: int) -> Broadcast:
    return get_object_or_404(Broadcast.objects.select_related("statement"), pk=number)


# Few addresses share a mask; for a shorter list, staff can type more digits.
LISTED: Final = 50


@reads
def ledger(request: HttpRequest) -> HttpResponse:
    """Search by POST; then list the matching addresses, or the history of the only match."""
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        return search.result(request)
    who = wanted_of(request.GET).who
    found = list(addresses_of(who).order_by("pk")[:LISTED]) if who else []
    context = {
        "search": search,
        "who": who,
        "found": found,
        **(_history(request, found[0]) if len(found) == 1 else {}),
    }
    return render(request, "console/ledger.html", context, status=400 if search.is_bound else 200)


def _history(request: HttpRequest, address: Address) -> dict[str, object]:
    others = Address.objects.filter(subscriber=address.subscriber_id).exclude(pk=address.pk)
    return {
        "address": address,
        "others": others.order_by("position", "pk")[:LISTED],
        "slice": slice_of(request, history_of(address), KEYS),
    }
