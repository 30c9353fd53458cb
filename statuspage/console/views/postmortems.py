"""The postmortem of an incident: written, handed over, approved by a second person, followed up."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.console.access import may_decide, reads, staff_of
from statuspage.console.forms.postmortems import PostmortemForm
from statuspage.console.preview import preview_of_content
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import postmortem_by
from statuspage.incidents.selectors import incidents
from statuspage.postmortems.content import POSTMORTEM, postmortem_content
from statuspage.postmortems.lifecycle import PostmortemState
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.postmortems.selectors import postmortem_of
from statuspage.postmortems.services import (
    follow_up_done,
    postmortem_approve,
    postmortem_save,
    postmortem_send_back,
    postmortem_submit,
)

NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
Deciding: TypeAlias = Callable[[HttpRequest, Incident], None]


@reads
def postmortem(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is written so far, and what can be done with it next."""
    incident = get_object_or_404(incidents(), public_id=public_id)
    if request.method != "POST":
        return _page(request, incident, PostmortemForm(None, postmortem_of(incident)))
    step = request.POST.get("step", "")
    if step not in {*WRITING, *DECIDING}:
        return HttpResponseBadRequest()
    staff = staff_of(request)
    if not (may_decide(staff) if step == "approve" else staff.may_publish):
        return render(request, "console/forbidden.html", status=403)
    return _write(request, incident, step) if step in WRITING else _decide(request, incident, step)


def _write(request: HttpRequest, incident: Incident, step: str) -> HttpResponse:
    form = PostmortemForm(request.POST, postmortem_of(incident))
    if not form.is_valid():
        return _page(request, incident, form, status=422)
    try:
        written = postmortem_save(
            incident=incident,
            texts=form.texts(),
            actions=form.actions.actions(),
            by=staff_of(request),
            version=form.cleaned_data["version"] or 0,
        )
    except ValidationError as problem:
        form.refuse(problem)
        return _page(request, incident, form, status=409)
    messages.success(request, _("Saved. Nothing is public yet."))
    if step == "submit":
        try:
            postmortem_submit(postmortem=written, by=staff_of(request))
        except ValidationError as problem:
            # What was written is kept, and shown as it now is.
            form = PostmortemForm(None, postmortem_of(incident))
            return _page(request, incident, form, _named(form, problem), status=422)
        messages.success(request, _("Handed over: a second person publishes it."))
    return redirect("console:postmortem", public_id=incident.public_id)


def _decide(request: HttpRequest, incident: Incident, step: str) -> HttpResponse:
    try:
        DECIDING[step](request, incident)
    except ValidationError as problem:
        form = PostmortemForm(None, postmortem_of(incident))
        return _page(request, incident, form, problem, status=409)
    return redirect("console:postmortem", public_id=incident.public_id)


def _approve(request: HttpRequest, incident: Incident) -> None:
    statement = postmortem_approve(postmortem=_seen(request, incident), by=staff_of(request))
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})


def _send_back(request: HttpRequest, incident: Incident) -> None:
    note = request.POST.get("note", "")
    postmortem_send_back(postmortem=_seen(request, incident), note=note, by=staff_of(request))
    messages.info(request, _("Sent back: nothing was published."))


def _done(request: HttpRequest, incident: Incident) -> None:
    found = FollowUp.objects.filter(postmortem__incident=incident)
    action = found.filter(pk=_number(request.POST.get("action", ""))).first()
    if action is None:
        raise ValidationError(_("There is no such action any more."))
    statement = follow_up_done(action=action, by=staff_of(request))
    if statement:
        messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    else:
        messages.success(request, _("Noted. Nothing was published."))


def _seen(request: HttpRequest, incident: Incident) -> Postmortem:
    """The row as the person who decides has seen it: an edit since then voids the decision."""
    row = get_object_or_404(Postmortem, incident=incident)
    row.version = _number(request.POST.get("version", ""))
    return row


def _number(written: str) -> int:
    """What a form of ours sends; -1, which nothing has, for anything else."""
    return int(written) if NUMBER.fullmatch(written) else -1


def _named(form: PostmortemForm, problem: ValidationError) -> ValidationError:
    """Each message with the label of its field."""
    return ValidationError(
        [
            _("%(label)s: %(text)s") % {"label": form.fields[name].label, "text": text}
            for name, texts in problem.message_dict.items()
            for text in texts
        ]
    )


def _page(
    request: HttpRequest,
    incident: Incident,
    form: PostmortemForm,
    problem: ValidationError | None = None,
    status: int = 200,
) -> HttpResponse:
    found, staff = postmortem_of(incident), staff_of(request)
    waits = found is not None and found.state == PostmortemState.WAITING
    own = found is not None and found.author_id == staff.pk
    over = incident.status == IncidentStatus.RESOLVED
    context = {
        "incident": incident,
        "postmortem": found,
        "form": form,
        "over": over,
        "due": postmortem_by(incident.impact, incident.resolved_at)
        if incident.resolved_at
        else None,
        "today": timezone.localdate(),
        "problems": problem.messages if problem else [],
        "preview": _preview(found) if found and waits else None,
        "may_write": staff.may_publish,
        "may_approve": waits and over and not own and may_decide(staff),
        "may_send_back": waits and (own or may_decide(staff)),
    }
    return render(request, "console/postmortem.html", context, status=status)


def _preview(found: Postmortem) -> object:
    content = postmortem_content(found, found.actions.all())
    return preview_of_content(POSTMORTEM, ("incident", found.incident.public_id), content)


WRITING: Final = frozenset({"save", "submit"})
DECIDING: Final[Mapping[str, Deciding]] = {
    "approve": _approve,
    "send_back": _send_back,
    "done": _done,
}
