"""What waits for a second person: looked at, approved or sent back."""

from collections.abc import Callable, Mapping
from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.console.access import may_decide, reads, staff_of
from statuspage.console.models import Proposal
from statuspage.console.preview import Preview, preview_of_notice
from statuspage.console.proposals import Foreseen, approve, foreseen_of, send_back
from statuspage.settlement.notices import notice_kind


@reads
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """What would be said and who wrote it; a second person decides here."""
    found = get_object_or_404(Proposal.objects.select_related("proposed_by"), pk=number)
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
    return _page(request, found, problem)


def _approve(request: HttpRequest, found: Proposal) -> HttpResponse:
    seen = request.POST.get("seen", "")
    statement = approve(proposal=found, staff=staff_of(request), seen=seen)
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    return redirect("console:broadcast", number=statement.number)


def _send_back(request: HttpRequest, found: Proposal) -> HttpResponse:
    send_back(proposal=found, staff=staff_of(request), note=request.POST.get("note", ""))
    messages.info(request, _("Sent back: nothing was published."))
    return redirect("console:notice_proposal", number=found.pk)


def _page(request: HttpRequest, found: Proposal, problem: ValidationError | None) -> HttpResponse:
    staff = staff_of(request)
    own = found.proposed_by_id == staff.pk
    waits = found.state == Proposal.State.WAITING
    foreseen = foreseen_of(found) if waits else None
    context = {
        "proposal": found,
        "kind": notice_kind(found.kind),
        "problems": problem.messages if problem else [],
        "preview": _preview(found, foreseen) if foreseen else None,
        "warnings": foreseen.draft.kind.warnings(foreseen.draft.payload, timezone.now())
        if foreseen
        else (),
        "seen": foreseen.digest if foreseen else "",
        "own": own,
        "may_approve": waits and not own and may_decide(staff),
        "may_send_back": waits and (own or may_decide(staff)),
    }
    return render(request, "console/proposal.html", context, status=409 if problem else 200)


def _preview(found: Proposal, foreseen: Foreseen) -> Preview:
    return preview_of_notice(f"notice.{found.kind}", foreseen.content)


STEPS: Final[Mapping[str, Callable[[HttpRequest, Proposal], HttpResponse]]] = {
    "approve": _approve,
    "send_back": _send_back,
}
