"""Following a broadcast to every receipt, and its ledger."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from notifications.channels import reachable_channels
from notifications.delivery.ledger import KEYS, ledger_of
from notifications.delivery.models import Broadcast
from notifications.delivery.states import DeliveryState
from notifications.subscribers.search import addresses_of
from statuspage.console.access import reads
from statuspage.console.broadcasts import Progress
from statuspage.console.export import ledger_csv
from statuspage.console.forms.who import WhoForm
from statuspage.console.paging import slice_of
from statuspage.console.wanted import query_of, wanted_of


@reads
def broadcast(request: HttpRequest, number: int) -> HttpResponse:
    """Counts, and the deliveries one by one with masked addresses.

    What is searched for comes by POST, and goes on as what may stand in a web address.
    """
    found, wanted = _broadcast(number), wanted_of(request.GET)
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        query = request.GET.copy()
        query["who"] = search.cleaned_data["who"]
        query.pop("after", None)
        return redirect(f"{reverse('console:broadcast', args=[number])}?{query.urlencode()}")
    context = {
        "progress": Progress.shared(found),
        "states": DeliveryState.choices,
        "channels": reachable_channels(),
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
    """The counts alone, for the page to ask for again and again."""
    progress = Progress.shared(_broadcast(number))
    return render(request, "console/partials/progress.html", {"progress": progress})


@reads
def broadcast_export(request: HttpRequest, number: int) -> HttpResponseBase:
    """The ledger as CSV: all of it, or the part that the page shows."""
    rows = ledger_of(_broadcast(number).statement, wanted_of(request.GET))
    return StreamingHttpResponse(
        ledger_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="broadcast-{number}.csv"'},
    )


def _broadcast(number: int) -> Broadcast:
    return get_object_or_404(Broadcast.objects.select_related("statement"), pk=number)
