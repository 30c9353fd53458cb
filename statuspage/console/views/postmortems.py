"""The postmortem of an incident: writing, approval by a second person, follow-up actions."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.console.access import permits, refused, staff_of
from statuspage.console.preview import DraftPreview, preview_of_content
from statuspage.console.trials import send_trial, trial_choices
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import postmortem_by
from statuspage.incidents.selectors import incidents
from statuspage.postmortems.content import POSTMORTEM, SECTIONS, postmortem_content
from statuspage.postmortems.models import FollowUp, Postmortem, PostmortemState
from statuspage.postmortems.selectors import postmortem_of
from statuspage.postmortems.services import (
    ACTION_LENGTH,
    MOST_ACTIONS,
    OWNER_LENGTH,
    SECTION_LENGTH,
    SUMMARY_LENGTH,
    TEXTS,
    Action,
    follow_up_done,
    postmortem_approve,
    postmortem_save,
    postmortem_send_back,
    postmortem_submit,
)
from statuspage.staff.permissions import Act, may
from statuspage.statements.documents import Subject
from statuspage.statements.forms import TextPairField
from statuspage.statements.texts import Text

BLANK_ROWS: Final = 2


def _section(name: str) -> TextPairField:
    return TextPairField(label=SECTIONS[name], long=True, required=False, max_length=SECTION_LENGTH)


class PostmortemForm(forms.Form):
    """The texts; a section may stay empty until the postmortem is submitted."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    summary = TextPairField(
        label=gettext_lazy("Summary"),
        help_text=gettext_lazy(
            "Two or three sentences: the effect on merchants and their money, and the cause."
        ),
        long=True,
        required=False,
        max_length=SUMMARY_LENGTH,
    )
    what = _section("what")
    why = _section("why")
    measures = _section("measures")

    def __init__(self, data: QueryDict | None, postmortem: Postmortem | None) -> None:
        initial: dict[str, Any] = {name: getattr(postmortem, name, {}) for name in TEXTS}
        super().__init__(data, initial=initial | {"version": getattr(postmortem, "version", 0)})
        self.fields["version"].required = False
        rows = postmortem.actions.filter(done_at=None) if postmortem else ()
        initial_rows = [forms.model_to_dict(one, fields=[*ActionForm.base_fields]) for one in rows]
        self.actions = ActionRows(data, prefix="actions", initial=initial_rows)

    def texts(self) -> Mapping[str, Text]:
        """Return the texts by section; only for a valid form."""
        return {name: self.cleaned_data[name] or {} for name in TEXTS}

    def written_actions(self) -> list[Action]:
        """Return the actions of the valid rows; a row without a text is left out."""
        rows = (one.cleaned_data for one in self.actions.forms)
        return [Action(**values) for values in rows if values.get("text")]

    def is_valid(self) -> bool:
        """Return True if both the texts and the actions are valid."""
        return all([super().is_valid(), self.actions.is_valid()])


class ActionForm(forms.Form):
    """One follow-up action."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = TextPairField(
        label=gettext_lazy("Follow-up action"), required=False, max_length=ACTION_LENGTH
    )
    owner = forms.CharField(
        label=gettext_lazy("Owner (never public)"), required=False, max_length=OWNER_LENGTH
    )
    due = forms.DateField(
        label=gettext_lazy("Due date"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    public = forms.BooleanField(label=gettext_lazy("Show on the public page"), required=False)


ActionRows = forms.formset_factory(
    ActionForm,
    extra=BLANK_ROWS,
    max_num=MOST_ACTIONS,
    absolute_max=MOST_ACTIONS,
    validate_max=True,
)


NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@permits(Act.READ, post=Act.PUBLISH)
def postmortem(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the postmortem as written so far, and the possible next steps."""
    incident = get_object_or_404(incidents(), public_id=public_id)
    if request.method != "POST":
        return _page(request, incident, PostmortemForm(None, postmortem_of(incident)))
    step = request.POST.get("step", "")
    if step not in {TEST, *WRITING, *DECIDING}:
        return HttpResponseBadRequest()
    if step == "approve" and not may(staff_of(request), Act.APPROVE):
        return refused(request, Act.APPROVE)
    if step == TEST:
        return _test(request, incident)
    return _write(request, incident, step) if step in WRITING else _decide(request, incident, step)


def _test(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Send what is written to its author as a test; nothing is saved."""
    form = PostmortemForm(request.POST, postmortem_of(incident))
    if not form.is_valid():
        return _page(request, incident, form, status=422)
    actions = [
        FollowUp(text=one.text, due=one.due, public=one.public) for one in form.written_actions()
    ]
    written = Postmortem(incident=incident, **form.texts())
    send_trial(request, _preview(written, actions).document)
    request.no_act = True  # type: ignore[attr-defined]
    return _page(request, incident, form)


def _write(request: HttpRequest, incident: Incident, step: str) -> HttpResponse:
    form = PostmortemForm(request.POST, postmortem_of(incident))
    if not form.is_valid():
        return _page(request, incident, form, status=422)
    try:
        written = postmortem_save(
            incident=incident,
            texts=form.texts(),
            actions=form.written_actions(),
            by=staff_of(request),
            version=form.cleaned_data["version"] or 0,
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return _page(request, incident, form, status=409)
    messages.success(request, _("Saved. Nothing is public yet."))
    if step == "submit":
        try:
            postmortem_submit(postmortem=written)
        except ValidationError as problem:
            # What was written is kept, and shown as it now is.
            form = PostmortemForm(None, postmortem_of(incident))
            return _page(request, incident, form, _named(form, problem), status=422)
        messages.success(request, _("Submitted for approval. A second person publishes it."))
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
    postmortem_send_back(postmortem=_seen(request, incident), by=staff_of(request), note=note)
    messages.info(request, _("Sent back. Nothing was published."))


def _done(request: HttpRequest, incident: Incident) -> None:
    found = FollowUp.objects.filter(postmortem__incident=incident)
    action = found.filter(pk=_number(request.POST.get("action", ""))).first()
    if action is None:
        raise ValidationError(_("This action no longer exists."))
    statement = follow_up_done(action=action, by=staff_of(request))
    if statement:
        messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    else:
        messages.success(request, _("Saved. Nothing was published."))


def _seen(request: HttpRequest, incident: Incident) -> Postmortem:
    """Return the row with the version its reader saw; a later edit voids the decision."""
    row = get_object_or_404(Postmortem, incident=incident)
    row.version = _number(request.POST.get("version", ""))
    return row


def _number(written: str) -> int:
    """Return the number in a form's hidden field, or -1, which no row has, for anything else."""
    return int(written) if NUMBER.fullmatch(written) else -1


def _named(form: PostmortemForm, problem: ValidationError) -> ValidationError:
    """Return the errors, each prefixed with the label of its field."""
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
    ended_at = incident.resolved_at
    own = found is not None and found.author_id == staff.pk
    over = incident.status == IncidentStatus.RESOLVED
    context = {
        "incident": incident,
        "postmortem": found,
        "form": form,
        "over": over,
        "due": postmortem_by(incident.impact, ended_at) if ended_at else None,
        "today": timezone.localdate(),
        "problems": problem.messages if problem else [],
        "preview": _preview(found, found.actions.all()) if found and waits else None,
        "trials": trial_choices(request),
        "may_write": staff.may_publish,
        "may_approve": waits and over and not own and staff.may_approve,
        "may_send_back": waits and (own or staff.may_approve),
    }
    return render(request, "console/postmortem.html", context, status=status)


def _preview(written: Postmortem, actions: Iterable[FollowUp]) -> DraftPreview:
    subject = Subject("incident", written.incident.public_id)
    return preview_of_content(POSTMORTEM, subject, postmortem_content(written, actions))


TEST: Final = "test"
WRITING: Final = frozenset({"save", "submit"})
DECIDING: Final = {"approve": _approve, "send_back": _send_back, "done": _done}
