"""Failed messages and stopped addresses: lists by reason, and the decisions about them."""

from dataclasses import asdict, replace
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.channels import providers
from notifications.channels.media import offered_media
from notifications.delivery.acts import Resending
from notifications.delivery.ledger import (
    AT_ONCE,
    DEFINITE,
    KEYS,
    UNDECIDED,
    LedgerFilter,
    dead_by_statement,
    dead_groups,
    dead_letters,
    deliveries_retry,
    delivery_leave,
    delivery_send_again,
    retryable,
)
from notifications.delivery.models import Delivery
from notifications.subscribers.models import Address
from notifications.subscribers.services.subscriptions import BY_OWNER, addresses_reactivate
from statuspage.console.access import permits, reads, staff_of
from statuspage.console.labels import REASONS
from statuspage.console.models import Decision, DecisionKind
from statuspage.console.shared import shared
from statuspage.console.wanted import number_of, query_of, slice_of, wanted_of
from statuspage.staff.permissions import Act
from statuspage.statements.models import Statement

COUNTED_FOR_SECONDS: Final = 5
DECISIONS: Final = 10
RESENDINGS: Final = 5
ACTS: Final = {"send_again": DecisionKind.SENT_AGAIN, "leave": DecisionKind.LEFT}


@reads
def dead_letter_list(request: HttpRequest) -> HttpResponse:
    """List failed messages, with a count for each reason."""
    wanted = wanted_of(request.GET)
    every = LedgerFilter(channel=wanted.channel, statement=wanted.statement)
    key = f"dead-letters:{every.channel}:{every.statement}"

    def by_number() -> list[tuple[Statement, int]]:
        return shared(f"{key}:n", COUNTED_FOR_SECONDS, lambda: dead_by_statement(every))

    context = {
        "groups": shared(key, COUNTED_FOR_SECONDS, lambda: dead_groups(every)),
        "channels": offered_media(),
        "wanted": wanted,
        "query": query_of(wanted),
        "slice": slice_of(request, dead_letters(wanted), KEYS),
        "by_statement": () if every.statement else by_number(),
        "resendings": Resending.objects.all()[:RESENDINGS],
        "decisions": Decision.objects.select_related("staff")[:DECISIONS],
    }
    return render(request, "console/dead_letters.html", context)


@permits(Act.DECIDE_DEAD_LETTERS)
def dead_letters_retry(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation with the number, then resend what certainly reached nobody."""
    wanted = wanted_of(request.GET)
    rows = dead_letters(wanted)
    if request.method == "POST":
        # Recorded first, because sending takes many transactions.
        about = {name: value for name, value in asdict(wanted).items() if value}
        act, staff = DecisionKind.RETRIED, staff_of(request)
        decision = Decision.objects.create(act=act, staff=staff, about=about, count=0)
        decision.count = count = deliveries_retry(rows)
        decision.save(update_fields=["count"])
        said = ngettext(
            "%(shown)s message will be sent again.", "%(shown)s messages will be sent again.", count
        )
        messages.success(request, said % {"shown": f"{count:,}"})
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


@permits(Act.READ, post=Act.DECIDE_DEAD_LETTERS)
def dead_letter(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a message with an unknown outcome, and let staff resend or close it."""
    delivery = get_object_or_404(Delivery.objects.select_related("address", "statement"), pk=number)
    if request.method == "POST":
        return _decide(request, delivery)
    context = {
        "delivery": delivery,
        "open": Delivery.objects.filter(UNDECIDED, pk=number).exists(),
        "uses_consents": delivery.provider
        in {one.name for one in providers() if one.uses_consents},
        "decisions": Decision.objects.filter(about__delivery=number).select_related("staff"),
    }
    return render(request, "console/dead_letter.html", context)


def _decide(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return redirect("console:dead_letter", number=delivery.pk)
    about = {
        "delivery": delivery.pk,
        "statement": delivery.statement_id,
        "channel": delivery.channel,
        "address": delivery.address.masked if delivery.address else "",
    }
    carry_out = delivery_send_again if act == DecisionKind.SENT_AGAIN else delivery_leave
    with transaction.atomic():
        done = carry_out(delivery.pk)
        if done:
            Decision.objects.create(act=act, staff=staff_of(request), about=about)
    if done:
        messages.success(request, _("Your decision is recorded."))
    else:
        messages.warning(
            request, _("This message has already been dealt with. Nothing was changed.")
        )
    return redirect("console:dead_letters")


STOPPED_KEYS: Final = ("suppressed_at", "pk")


@permits(Act.READ, post=Act.REACTIVATE_ADDRESS)
def quarantine(request: HttpRequest) -> HttpResponseBase:
    """List stopped addresses, latest first, by reason; POST reactivates one."""
    if request.method == "POST":
        return _reactivate(request)
    reason = request.GET.get("reason", "")
    reason = reason if reason in REASONS else ""
    rows = _stopped().filter(suppressed_for=reason) if reason else _stopped()
    context = {
        "groups": stopped_groups(),
        "reason": reason,
        "by_owner": BY_OWNER,
        "resendings": Resending.objects.all()[:RESENDINGS],
        "slice": slice_of(request, rows, STOPPED_KEYS),
    }
    return render(request, "console/quarantine.html", context)


def _reactivate(request: HttpRequest) -> HttpResponse:
    address = get_object_or_404(Address, pk=number_of(request.POST.get("address", "")) or 0)
    about = {"address": address.masked, "channel": address.channel}
    about["reason"] = address.suppressed_for
    with transaction.atomic():
        reactivated = addresses_reactivate([address.pk])
        if reactivated:
            act = DecisionKind.REVIVED
            Decision.objects.create(act=act, staff=staff_of(request), about=about)
    if reactivated:
        messages.success(request, _("%(address)s is active again.") % {"address": address.masked})
    else:
        messages.warning(
            request, _("Nothing was changed: only the owner can reactivate this address.")
        )
    return redirect("console:quarantine")


def _stopped() -> QuerySet[Address]:
    return Address.objects.filter(suppressed_at__isnull=False)


def stopped_groups() -> list[tuple[str, int]]:
    """Return the number of stopped addresses by reason, the most first; cached for seconds."""
    rows = _stopped().values_list("suppressed_for").annotate(count=Count("pk")).order_by("-count")
    return shared("quarantine", COUNTED_FOR_SECONDS, lambda: list(rows))
