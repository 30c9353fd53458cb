"""Broadcasts on hold after a restore: what is held and why; ask the provider, release, discard."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.delivery.hold_selectors import Held, held_of, is_old, open_holds
from notifications.delivery.holds import hold_decide
from notifications.delivery.models import Hold
from notifications.delivery.states import HOLD_MOVING, HOLD_TRANSITIONS, HoldStep
from statuspage.console.access import permits, reads, refused, staff_of
from statuspage.console.models import Decision, DecisionKind
from statuspage.console.shared import shared
from statuspage.incidents.selectors import held_maintenances
from statuspage.staff.permissions import Act, may
from statuspage.statements.restoring import last_restoration

COUNTED_FOR_SECONDS: Final = 2
DECISIONS: Final = 10
ACTS: Final = {
    HoldStep.LOOKING: DecisionKind.ASKED,
    HoldStep.RELEASING: DecisionKind.RELEASED,
    HoldStep.DISCARDING: DecisionKind.DISCARDED,
}


@reads
def held_list(request: HttpRequest) -> HttpResponse:
    """List everything on hold, and why."""
    held = held_maintenances()
    context = {
        "restoration": last_restoration(),
        "holds": [(one, _counted(one.pk)) for one in open_holds()],
        "maintenances": [one for one in held if not one.by_hand],
        "left_to_staff": [one for one in held if one.by_hand],
        "decisions": _decisions()[:DECISIONS],
    }
    return render(request, "console/held.html", context)


@reads
def held_broadcast(request: HttpRequest, number: int) -> HttpResponse:
    """Show what is on hold of one broadcast, and what can be decided."""
    hold = _hold(number)
    steps = HOLD_TRANSITIONS[hold.step]
    context = {
        "hold": hold,
        "held": _counted(number),
        "steps": steps,
        "open": HoldStep.RELEASING in steps,
        "moving": hold.step in HOLD_MOVING,
        "decisions": _decisions().filter(about__statement=number),
    }
    return render(request, "console/held_broadcast.html", context)


@permits(Act.DECIDE_HELD)
def hold_look(request: HttpRequest, number: int) -> HttpResponseBase:
    """Ask the provider about every message on hold, after a question."""
    hold, held = _hold(number), held_of(number)
    if request.method == "POST":
        return _decide(request, hold, HoldStep.LOOKING, held.to_ask)
    unaskable = held.doubtful - held.to_ask
    count = ngettext(
        "The provider is asked about %(shown)s message.",
        "The provider is asked about %(shown)s messages.",
        held.to_ask,
    )
    warning = ngettext(
        "%(shown)s message is on a channel whose provider cannot be asked.",
        "%(shown)s messages are on channels whose provider cannot be asked.",
        unaskable,
    )
    return _question(
        request,
        hold,
        question=_("Ask the provider first?"),
        count_said=count % {"shown": f"{held.to_ask:,}"},
        effect=_(
            "Messages that the provider has are marked as sent. The others stay on hold. "
            "Nothing is sent."
        ),
        warning=warning % {"shown": f"{unaskable:,}"} if unaskable else "",
        button=_("Ask the provider"),
    )


@permits(Act.DECIDE_HELD)
def hold_release(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send what is on hold, after a question; after two if the statement is old."""
    hold, held = _hold(number), held_of(number)
    # As with a single message: to send what may have arrived is an approver's decision.
    if held.doubtful and not may(staff_of(request), Act.RELEASE_DOUBTFUL):
        return refused(request, Act.RELEASE_DOUBTFUL)
    asked_twice = request.POST.get("sure") == "yes"
    old = is_old(hold)
    if request.method == "POST" and (asked_twice or not old):
        return _decide(request, hold, HoldStep.RELEASING, held.sendable)
    again = request.method == "POST"
    return _question(
        request,
        hold,
        question=_("Release this old statement?") if again else _("Release this broadcast?"),
        count_said=_will_be_sent(held),
        by_channel=[(one.channel, one.sendable) for one in held.channels if one.sendable],
        left_out=held.left_out,
        effect=_too_old() if again else _("They are sent at once, or after quiet hours."),
        warning=_may_be_twice(held),
        sure=again,
        button=_("Send anyway") if again else _("Release"),
    )


@permits(Act.DECIDE_HELD)
def hold_discard(request: HttpRequest, number: int) -> HttpResponseBase:
    """Leave what is on hold unsent, after a question."""
    hold, held = _hold(number), held_of(number)
    if request.method == "POST":
        return _decide(request, hold, HoldStep.DISCARDING, held.total)
    count = ngettext(
        "%(shown)s message will not be sent.", "%(shown)s messages will not be sent.", held.total
    )
    return _question(
        request,
        hold,
        question=_("Discard this broadcast?"),
        count_said=count % {"shown": f"{held.total:,}"},
        by_channel=[(one.channel, one.held) for one in held.channels],
        effect=_("The statement stays public. This cannot be undone."),
        button=_("Discard messages"),
    )


def _decide(request: HttpRequest, hold: Hold, step: HoldStep, count: int) -> HttpResponseBase:
    """Begin the step and record who decided, in one transaction."""
    about = {"statement": hold.pk}
    with transaction.atomic():
        begun = hold_decide(hold.pk, step)
        if begun:
            Decision.objects.create(
                act=ACTS[step], staff=staff_of(request), about=about, count=count
            )
    if begun:
        messages.success(request, _("Your decision is recorded. A worker carries it out."))
    else:
        messages.warning(request, _("This broadcast has already been decided on."))
    return redirect("console:held_broadcast", number=hold.pk)


def _question(request: HttpRequest, hold: Hold, **texts: Any) -> HttpResponse:
    return render(request, "console/hold_confirm.html", {"hold": hold, **texts})


def _will_be_sent(held: Held) -> str:
    return ngettext(
        "%(shown)s message will be sent.", "%(shown)s messages will be sent.", held.sendable
    ) % {"shown": f"{held.sendable:,}"}


def _may_be_twice(held: Held) -> str:
    """Return how many may be sent twice, and what to do about it; empty if none."""
    if not held.doubtful:
        return ""
    count = ngettext(
        "%(shown)s of them may have been sent since the backup and would be sent twice.",
        "%(shown)s of them may have been sent since the backup and would be sent twice.",
        held.doubtful,
    ) % {"shown": f"{held.doubtful:,}"}
    return f"{count} {_('Ask the provider first.')}" if held.to_ask else count


def _too_old() -> str:
    hours = settings.RELEASE_TWICE_AFTER_HOURS
    return ngettext(
        "It was published more than %(hours)d hour ago. Is it still true?",
        "It was published more than %(hours)d hours ago. Is it still true?",
        hours,
    ) % {"hours": hours}


def _hold(number: int) -> Hold:
    return get_object_or_404(Hold.objects.select_related("broadcast__statement"), pk=number)


def _counted(number: int) -> Held:
    return shared(f"held:{number}", COUNTED_FOR_SECONDS, lambda: held_of(number))


def _decisions() -> QuerySet[Decision]:
    return Decision.objects.filter(act__in=ACTS.values()).select_related("staff")
