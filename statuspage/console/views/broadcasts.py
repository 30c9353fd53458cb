"""Following a broadcast to every receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from notifications.delivery.models import Broadcast
from notifications.delivery.selectors import deliveries_of
from notifications.delivery.states import DeliveryState
from statuspage.console.access import reads
from statuspage.console.broadcasts import Progress
from statuspage.console.paging import page_of


@reads
def broadcast(request: HttpRequest, number: int) -> HttpResponse:
    """Counts, and the deliveries one by one with masked addresses."""
    deliveries = deliveries_of(number)
    state = request.GET.get("state", "")
    if state in DeliveryState.values:
        deliveries = deliveries.filter(state=state)
    context = {
        "progress": _progress(number),
        "states": DeliveryState.choices,
        "state": state,
        "page": page_of(request, deliveries),
    }
    return render(request, "console/broadcast.html", context)


@reads
def broadcast_progress(request: HttpRequest, number: int) -> HttpResponse:
    """The counts alone, for the page to ask for again and again."""
    return render(request, "console/partials/progress.html", {"progress": _progress(number)})


def _progress(number: int) -> Progress:
    found = get_object_or_404(Broadcast.objects.select_related("statement"), pk=number)
    return Progress.of(found)
