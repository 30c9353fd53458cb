"""The four steps of every form that publishes: write, preview, confirm, publish."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from statuspage.approvals.drafts import (
    draft_save,
    drafts_of,
    publish_once,
    published_with,
    writing_at,
)
from statuspage.approvals.models import Draft, Proposal, ProposalState
from statuspage.approvals.recipes import incident_published
from statuspage.console.access import staff_of
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.prepared import take
from statuspage.console.preview import preview_of
from statuspage.console.trials import CHANNEL, LANGUAGE, send_trial, trial_choices
from statuspage.console.wanted import number_of
from statuspage.incidents.models import Template
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement

# Form fields that belong to a step and not to the text.
NOT_TEXT: Final = frozenset({"csrfmiddlewaretoken", "step", "template", CHANNEL, LANGUAGE})
GOING_OUT: Final = frozenset({"confirm", "publish"})


@dataclass(frozen=True)
class Composition:
    """A form with its page and the other content of that page."""

    form: ComposeForm
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    # Submits the form for approval, if one person may not publish it alone.
    hand_over: Callable[[HttpRequest], HttpResponse] | None = None
    # The URL that the form is sent to, if it is not that of its page.
    place: str = ""
    # Prepared words that the form may begin with.
    templates: Sequence[Template] = ()


def typed(request: HttpRequest) -> QueryDict | None:
    """Return the submitted data, or the draft in the query string, or None."""
    if request.method == "POST":
        return request.POST or None
    draft = _named_draft(request)
    if draft is None:
        return None
    values = QueryDict(mutable=True)
    for name, many in draft.values.items():
        values.setlist(name, many)
    return values


def compose(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Run the step of the pressed button; without one, show the form."""
    if request.method != "POST":
        return _page(request, composition, quiet=True)
    step = request.POST.get("step", "")
    token = composition.form.sent_token() if step in GOING_OUT else None
    if token and (earlier := published_with(token)):
        return _again(request, earlier)
    return STEPS.get(step, _preview)(request, composition)


def ask(request: HttpRequest, composition: Composition, written: QueryDict) -> HttpResponse:
    """Show what was prepared for confirmation at once; nothing is kept as a draft.

    `written` is what the form was made with; a form that is not ready is shown for editing.
    """
    if not composition.form.is_ready():
        return _page(request, composition)
    context = {
        **composition.context,
        "form": composition.form,
        "preview": preview_of(composition.form),
        "written": [(name, one) for name, many in written.lists() for one in many],
        "hands_over": composition.hand_over is not None,
    }
    return render(request, "console/confirm.html", context)


def _preview(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Save a draft and return the form with its preview; for htmx, the preview alone."""
    # Typing is not audited: publishing is.
    request.no_act = True  # type: ignore[attr-defined]
    context = _keep(request, composition)
    if request.headers.get("HX-Request"):
        context |= {"form": composition.form}
        return render(request, "console/partials/preview_alone.html", context)
    return _page(request, composition, quiet=True, kept=context)


def _begin(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Show the form, which was begun anew with what is in force; nothing is kept."""
    request.no_act = True  # type: ignore[attr-defined]
    return _page(request, composition, quiet=True)


def _take(request: HttpRequest, composition: Composition, *, over: bool = False) -> HttpResponse:
    """Fill in the chosen template; say which fields were left because something was typed there."""
    request.no_act = True  # type: ignore[attr-defined]
    if not request.POST.get("template"):
        messages.info(request, _("Choose a template first."))
        return _page(request, composition, quiet=True)
    kept = take(request, composition.form, composition.templates, over=over)
    return _page(request, composition, quiet=True, left_alone=kept)


def _trial(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Send the draft to its author as a test."""
    context = _keep(request, composition)
    send_trial(request, context["preview"].document)
    return _page(request, composition, quiet=True, kept=context)


def _save(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Save a draft to continue later."""
    context = _keep(request, composition)
    saved = context["writing"].saved
    if saved is None:
        return _page(request, composition, quiet=True, kept=context)
    messages.success(request, _("Saved as a draft. Nothing is public yet."))
    return redirect(saved.address)


def _confirm(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Show what will be published and to how many, for confirmation."""
    if not composition.form.is_ready():
        return _page(request, composition)
    context = {
        **composition.context,
        **_keep(request, composition),
        "form": composition.form,
        # For the confirming page to carry along.
        "written": [
            (name, one) for name, many in _written(composition.form).items() for one in many
        ],
        "hands_over": composition.hand_over is not None,
    }
    return render(request, "console/confirm.html", context)


def _publish(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Publish once; a second press leads to what the first one published."""
    form, author = composition.form, staff_of(request)
    if not form.is_ready():
        return _page(request, composition)
    try:
        if composition.hand_over:
            return composition.hand_over(request)
        statement, now = publish_once(form.cleaned_data["token"], lambda: _said(form, author))
    except ValidationError as error:
        form.refuse(error)
        return _page(request, composition)
    if not now:
        return _again(request, statement)
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    return redirect("console:broadcast", number=statement.number)


def _said(form: ComposeForm, author: Staff) -> Statement:
    """Publish, and name a new incident in the drafts that were prepared with it."""
    statement = form.publish(author=author)
    incident_published(form.cleaned_data["token"], statement)
    return statement


def handed_over(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Redirect to the page on which a second person reviews what was submitted."""
    if proposal.state == ProposalState.SCHEDULED:
        return scheduled_at(request, proposal)
    messages.success(
        request, _("Submitted for approval. It is published once a second person approves it.")
    )
    return redirect("console:notice_proposal", number=proposal.pk)


def scheduled_at(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Redirect to the page of what is scheduled, on which it can be stopped."""
    moment = date_format(timezone.localtime(proposal.publish_at), "Y-m-d H:i")
    said = _("Scheduled: it is published on %(at)s. Until then it can be stopped.")
    messages.success(request, said % {"at": moment})
    return redirect("console:notice_proposal", number=proposal.pk)


def _again(request: HttpRequest, statement: Statement) -> HttpResponse:
    """Redirect to what this form published; runs before validation, which would refuse the form."""
    messages.info(
        request,
        _("This was already published as statement %(n)s. It was not published again.")
        % {"n": statement.number},
    )
    return redirect("console:broadcast", number=statement.number)


def _written(form: ComposeForm) -> dict[str, list[str]]:
    """Return what was sent, with what the form filled in itself."""
    # Nothing was sent by a form without a field.
    sent: Any = form.data or QueryDict()
    return {name: values for name, values in sent.lists() if name not in NOT_TEXT}


def _page(
    request: HttpRequest,
    composition: Composition,
    *,
    quiet: bool = False,
    kept: Mapping[str, Any] | None = None,
    left_alone: Sequence[str] = (),
) -> HttpResponse:
    form, place = composition.form, composition.place or request.path
    shown = kept or {
        "preview": preview_of(form),
        "writing": writing_at(place, staff_of(request), _named_draft(request)),
    }
    context = {
        **composition.context,
        **shown,
        "form": form,
        "hands_over": composition.hand_over is not None,
        "complain": form.is_bound and not quiet,
        "templates": composition.templates,
        "template": request.POST.get("template") or request.GET.get("template", ""),
        "left_alone": left_alone,
        "trials": trial_choices(request),
    }
    return render(request, composition.template, context)


def _keep(request: HttpRequest, composition: Composition) -> dict[str, Any]:
    """Save the submitted data as a draft; return its preview and who else is writing here."""
    preview = preview_of(composition.form)
    place, staff = composition.place or request.path, staff_of(request)
    draft, problem = None, []
    if token := composition.form.sent_token():
        kind, title = preview.document["kind"], preview.document["content"]["name"]
        named = {"token": token, "place": place, "kind": kind, "title": title}
        try:
            draft = draft_save(staff=staff, typed=_written(composition.form), **named)
        except ValidationError as error:
            problem = error.messages
    return {"preview": preview, "writing": writing_at(place, staff, draft), "not_kept": problem}


def _named_draft(request: HttpRequest) -> Draft | None:
    """Return the reader's draft in the query string; 404 if it is not theirs or of another form."""
    wanted = request.GET.get("draft")
    if wanted is None or request.method == "POST":
        return None
    found = drafts_of(staff_of(request)).filter(place=request.path)
    return get_object_or_404(found, pk=number_of(wanted))


STEPS: Final[Mapping[str, Callable[[HttpRequest, Composition], HttpResponse]]] = {
    "edit": partial(_page, quiet=True),
    "begin": _begin,
    "preview": _preview,
    "save": _save,
    "test": _trial,
    "template": _take,
    "template_over": partial(_take, over=True),
    "generate": partial(_page, quiet=True),
    "confirm": _confirm,
    "publish": _publish,
}
