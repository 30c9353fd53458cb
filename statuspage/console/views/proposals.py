"""Drafts, and what waits for a second person's approval."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from statuspage.approvals.drafts import discarded_by, draft_discard, draft_restore, drafts_of
from statuspage.approvals.models import Proposal, ProposalState
from statuspage.approvals.proposals import approve, foreseen_of, send_back
from statuspage.console.access import permits, staff_of, writes
from statuspage.console.compose import scheduled_at
from statuspage.console.preview import preview_of_content
from statuspage.console.wanted import page_of
from statuspage.lib.database_clock import database_now
from statuspage.notices.audience_words import audience_said
from statuspage.notices.telling import Told
from statuspage.staff.permissions import Act
from statuspage.statements.texts import LANGUAGES


@permits(Act.READ, post=Act.PUBLISH)
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """Show what would be published and who wrote it; a second person decides here."""
    found = get_object_or_404(
        Proposal.objects.select_related("proposed_by", "statement", "answers"), pk=number
    )
    problem = None
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""))
        if step is None:
            return HttpResponseBadRequest()
        try:
            return step(request, found)
        except ValidationError as error:
            problem = error
            found.refresh_from_db()
    staff = staff_of(request)
    own = found.proposed_by_id == staff.pk
    waits = found.state == ProposalState.WAITING
    may_come = waits or found.state == ProposalState.SCHEDULED
    shown = _foreseen(found) if may_come else {}
    context = {
        "proposal": found,
        "languages": LANGUAGES,
        "audience": _audience(found.draft),
        "problems": problem.messages if problem else [],
        "own": own,
        "may_approve": waits and not own and staff.may_approve and not shown["obstacle"],
        "may_send_back": may_come and (own or staff.may_approve),
        "scheduled": found.state == ProposalState.SCHEDULED,
        "later": bool(waits and found.publish_at and found.publish_at > database_now()),
        **shown,
    }
    return render(request, "console/proposal.html", context, status=409 if problem else 200)


def _audience(draft: Mapping[str, Any]) -> list[str | Promise]:
    """Return whom a notice is for; nothing for what is no notice."""
    if "audience" not in draft:
        return []
    return audience_said(draft["audience"], draft.get("told") or Told.ALL)


def _approve(request: HttpRequest, found: Proposal) -> HttpResponse:
    seen = request.POST.get("seen", "")
    statement = approve(proposal=found, staff=staff_of(request), seen=seen)
    if isinstance(statement, Proposal):
        return scheduled_at(request, statement)
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    return redirect("console:broadcast", number=statement.number)


def _send_back(request: HttpRequest, found: Proposal) -> HttpResponse:
    send_back(proposal=found, staff=staff_of(request), note=request.POST.get("note", ""))
    stopped = found.state == ProposalState.SCHEDULED
    messages.info(request, str(STOPPED if stopped else SENT_BACK))
    return redirect("console:notice_proposal", number=found.pk)


def _foreseen(found: Proposal) -> dict[str, Any]:
    """Return the preview of what publishing the proposal now would say."""
    said = foreseen_of(found)
    return {
        "preview": preview_of_content(said.kind, said.subject, said.content, said.corrects),
        "warnings": said.warnings,
        "obstacle": said.obstacle,
        "seen": said.digest,
    }


STOPPED: Final = gettext_lazy("Stopped. Nothing was published.")
SENT_BACK: Final = gettext_lazy("Sent back. Nothing was published.")
STEPS: Final = {"approve": _approve, "send_back": _send_back}


# How many discarded drafts are offered to be restored.
SHOWN = 20


@writes
def drafts(request: HttpRequest) -> HttpResponse:
    """List the reader's own drafts."""
    staff = staff_of(request)
    context = {
        "page": page_of(request, drafts_of(staff)),
        "discarded": discarded_by(staff)[:SHOWN],
        "keep_days": settings.DRAFTS_KEEP_DAYS,
    }
    return render(request, "console/drafts.html", context)


@writes
@require_POST
def discard_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Discard one of the reader's own drafts."""
    draft_discard(get_object_or_404(drafts_of(staff_of(request)), pk=number))
    messages.info(request, _("Discarded. You can restore it below for one day."))
    return redirect("console:drafts")


@writes
@require_POST
def restore_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Restore a draft and redirect to its form."""
    draft = get_object_or_404(discarded_by(staff_of(request)), pk=number)
    draft_restore(draft)
    return redirect(draft.address)
