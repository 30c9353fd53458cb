"""What did not arrive: seen by reason, sent again, or left as it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.channels import reachable_channels
from notifications.delivery.ledger import (
    DEFINITE,
    KEYS,
    UNDECIDED,
    Wanted,
    dead_groups,
    dead_letters,
)
from notifications.delivery.models import Delivery
from notifications.delivery.retry import AT_ONCE, retryable
from statuspage.console import decisions
from statuspage.console.access import decides, may_decide, reads, staff_of, undecided
from statuspage.console.models import Decision
from statuspage.console.paging import slice_of
from statuspage.console.shared import shared
from statuspage.console.wanted import query_of, wanted_of

COUNTED_FOR_SECONDS: Final = 5
DECISIONS: Final = 10
DECIDE: Final[Mapping[str, Callable[..., bool]]] = {
    "send_again": decisions.send_again,
    "leave": decisions.leave,
}


@reads
def dead_letter_list(request: HttpRequest) -> HttpResponse:
    """By reason with counts, and one by one."""
    wanted = wanted_of(request.GET)
    every = Wanted(channel=wanted.channel, statement=wanted.statement)
    key = f"dead-letters:{every.channel}:{every.statement}"
    context = {
        "groups": shared(key, COUNTED_FOR_SECONDS, lambda: dead_groups(every)),
        "channels": reachable_channels(),
        "wanted": wanted,
        "query": query_of(wanted),
        "slice": slice_of(request, dead_letters(wanted), KEYS),
        "decisions": Decision.objects.select_related("staff")[:DECISIONS],
    }
    return render(request, "console/dead_letters.html", context)


@decides
def dead_letters_retry(request: HttpRequest) -> HttpResponse:
    """Ask once more, with the number; then send again what certainly reached nobody."""
    wanted = wanted_of(request.GET)
    rows = dead_letters(wanted)
    if request.method == "POST":
        count = decisions.retry(staff=staff_of(request), rows=rows, wanted=wanted)
        messages.success(request, _retried(count))
        back = replace(wanted, delivery=None)
        return redirect(f"{reverse('console:dead_letters')}?{query_of(back)}")
    count = retryable(rows).count()
    context = {
        "wanted": wanted,
        "query": query_of(wanted),
        "count": count,
        "left_out": rows.filter(DEFINITE).count() - count,
        "at_once": AT_ONCE,
    }
    return render(request, "console/dead_letters_retry.html", context)


@reads
def dead_letter(request: HttpRequest, number: int) -> HttpResponse:
    """One that nobody but people can tell about: send it again, or leave it."""
    delivery = get_object_or_404(Delivery.objects.select_related("address", "statement"), pk=number)
    if request.method == "POST":
        return _decide(request, delivery)
    context = {
        "delivery": delivery,
        "open": Delivery.objects.filter(UNDECIDED, pk=number).exists(),
        "decisions": Decision.objects.filter(about__delivery=number).select_related("staff"),
    }
    return render(request, "console/dead_letter.html", context)


def _decide(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    staff, act = staff_of(request), DECIDE.get(request.POST.get("act", ""))
    if not may_decide(staff):
        return undecided(request)
    if act is None:
        return redirect("console:dead_letter", number=delivery.pk)
    if act(staff=staff, delivery=delivery):
        messages.success(request, _("Your decision is written down."))
    else:
        messages.warning(request, _("This message is settled already; nothing was changed."))
    return redirect("console:dead_letters")


def _retried(count: int) -> str:
    return ngettext(
        "%(shown)s message will be sent again.", "%(shown)s messages will be sent again.", count
    ) % {"shown": f"{count:,}"}
