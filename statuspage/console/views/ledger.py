"""What one merchant was sent, over all statements."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from notifications.delivery.ledger import KEYS, history_of
from notifications.subscribers.models import Address
from notifications.subscribers.search import addresses_of
from statuspage.console.access import reads
from statuspage.console.forms.who import WhoForm
from statuspage.console.paging import slice_of
from statuspage.console.wanted import wanted_of

# Masks are shared by few; whoever gets more than this knows more digits to type.
LISTED: Final = 50


@reads
def ledger(request: HttpRequest) -> HttpResponse:
    """Search by POST; then the addresses that look so, or the history of the only one."""
    search = WhoForm(request.POST if request.method == "POST" else None)
    if search.is_valid():
        query = urlencode({"who": search.cleaned_data["who"]})
        return redirect(f"{reverse('console:ledger')}?{query}")
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
