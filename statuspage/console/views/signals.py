"""Reports from monitors: publish, dismiss, or add them to an incident."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import permits, reads, staff_of
from statuspage.console.forms.incidents import IncidentOpenForm
from statuspage.console.preview import preview_of
from statuspage.console.views.incidents import every_component
from statuspage.console.wanted import page_of
from statuspage.incidents.selectors import open_incidents
from statuspage.monitors.decisions import draft_dismiss, draft_join, draft_publish, told_already
from statuspage.monitors.models import SignalDraft, SignalDraftState
from statuspage.monitors.selectors import (
    decided_drafts,
    drafts,
    monitoring_state,
    notes_of_late,
    signals,
    unmatched_signals,
    waiting_drafts,
)
from statuspage.staff.permissions import Act, may

# This many drafts are shown with their preview; the others as links.
SHOWN: Final = 5
DECIDED: Final = 10
UNMATCHED: Final = 50


@reads
def signal_list(request: HttpRequest) -> HttpResponse:
    """Say what fires, then list the waiting drafts, the latest decided ones, and every signal."""
    waiting = list(waiting_drafts())
    context = {
        "monitoring": monitoring_state(),
        "unmatched": unmatched_signals()[:UNMATCHED],
        "administers": may(staff_of(request), Act.REFERENCE_DATA),
        "notes": notes_of_late(),
        "waiting": [_waiting(one) for one in waiting[:SHOWN]],
        "more": waiting[SHOWN:],
        "decided": decided_drafts()[:DECIDED],
        "page": page_of(request, signals()),
    }
    return render(request, "console/signals.html", context)


@permits(Act.READ, post=Act.DECIDE_SIGNAL)
def signal_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Show a draft with its evidence; staff who may publish decide on it."""
    draft = get_object_or_404(drafts(), pk=number)
    problem = None
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseBadRequest()
        try:
            return act(request, draft)
        except ValidationError as error:
            problem = error
            draft = get_object_or_404(drafts(), pk=number)
    waits = draft.state == SignalDraftState.WAITING
    context = {
        "draft": draft,
        "one": _waiting(draft) if waits else None,
        "told": told_already(draft.rule) if waits else None,
        "incidents": open_incidents() if waits else [],
        "problems": problem.messages if problem else [],
    }
    return render(request, "console/signal_draft.html", context, status=409 if problem else 200)


def _publish(request: HttpRequest, draft: SignalDraft) -> HttpResponse:
    statement = draft_publish(draft=draft, by=staff_of(request))
    if statement is None:
        raise TypeError("only a rule joins an incident by itself")
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    return redirect("console:broadcast", number=statement.number)


def _dismiss(request: HttpRequest, draft: SignalDraft) -> HttpResponse:
    draft_dismiss(draft=draft, by=staff_of(request))
    messages.info(request, _("Dismissed. Nothing was published."))
    return redirect("console:signals")


def _join(request: HttpRequest, draft: SignalDraft) -> HttpResponse:
    """Add the draft to an open incident, and redirect to that incident's form."""
    incident = get_object_or_404(open_incidents(), public_id=request.POST.get("incident", ""))
    draft_join(draft=draft, incident=incident, by=staff_of(request))
    messages.info(request, _("Added to this incident. Nothing was published yet."))
    return redirect("console:incident", public_id=incident.public_id)


def _waiting(draft: SignalDraft) -> dict[str, Any]:
    """Return a draft with the preview of what it would publish."""
    form = IncidentOpenForm(None, components=every_component(), signal=draft)
    return {"draft": draft, "preview": preview_of(form)}


ACTS: Final = {"publish": _publish, "dismiss": _dismiss, "join": _join}
