"""Reactivate stopped addresses and send their failed messages again, in one act, numbers first."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.delivery.resendable import Chosen, Numbers, numbers_of
from notifications.delivery.resending import resending_begin
from notifications.subscribers.services.subscriptions import BY_OWNER
from statuspage.console.access import permits, staff_of
from statuspage.console.labels import REASONS
from statuspage.console.models import Decision, DecisionKind
from statuspage.console.wanted import query_of, wanted_of
from statuspage.staff.permissions import Act

TEMPLATE: Final = "console/resend_confirm.html"


@permits(Act.REACTIVATE_ADDRESS)
def quarantine_resend(request: HttpRequest, reason: str) -> HttpResponseBase:
    """Reactivate the addresses that were stopped for a reason, after a question with numbers."""
    if reason not in REASONS or reason in BY_OWNER:
        raise Http404
    chosen = Chosen(stopped=reason, channel=wanted_of(request.GET).channel)
    return _act(request, chosen, back=f"{reverse('console:quarantine')}?reason={reason}")


@permits(Act.DECIDE_DEAD_LETTERS)
def dead_letters_resend(request: HttpRequest) -> HttpResponseBase:
    """Send a group of failed messages again, with the stopped addresses among them."""
    wanted = wanted_of(request.GET)
    chosen = Chosen(
        channel=wanted.channel,
        state=wanted.state,
        reason=wanted.reason,
        statement=wanted.statement,
    )
    return _act(request, chosen, back=f"{reverse('console:dead_letters')}?{query_of(wanted)}")


def _act(request: HttpRequest, chosen: Chosen, back: str) -> HttpResponse:
    numbers = numbers_of(chosen)
    if request.method == "POST" and _as_shown(request, numbers):
        _begin(request, chosen, numbers)
        return redirect(back)
    context = {
        "chosen": chosen,
        "numbers": numbers,
        "statements": numbers.by_statement(),
        "hours": settings.DELIVERY_GIVE_UP_HOURS,
        "currency": settings.SMS_CURRENCY,
        "anything": numbers.addresses or numbers.messages,
        "back": back,
    }
    return render(request, TEMPLATE, context)


def _as_shown(request: HttpRequest, numbers: Numbers) -> bool:
    """Return whether these are the numbers that were decided on; if not, say so."""
    now = {"addresses": numbers.addresses, "messages": numbers.messages}
    same = all(request.POST.get(name, str(count)) == str(count) for name, count in now.items())
    if not same:
        messages.warning(request, _("The numbers have changed. Check them again."))
    return same


def _begin(request: HttpRequest, chosen: Chosen, numbers: Numbers) -> None:
    """Begin the act once, and record who decided, in one transaction."""
    if not (numbers.addresses or numbers.messages):
        messages.warning(request, _("Nothing was changed: there is nothing to send again."))
        return
    about: dict[str, Any] = {"reason": chosen.stopped or chosen.reason or ""}
    about |= {"channel": chosen.channel, "statement": chosen.statement, "state": chosen.state}
    with transaction.atomic():
        begun = resending_begin(chosen, numbers)
        if begun:
            Decision.objects.create(
                act=DecisionKind.REVIVED_SENT,
                staff=staff_of(request),
                about={name: value for name, value in about.items() if value},
                count=numbers.messages,
            )
    if begun:
        messages.success(request, _("Your decision is recorded. A worker carries it out."))
    else:
        messages.warning(request, _("This is already under way."))
