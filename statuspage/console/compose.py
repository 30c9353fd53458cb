"""Write, look, confirm, publish: the four steps of every form that says something in public."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import staff_of
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.models import Draft
from statuspage.console.preview import Preview, preview_of
from statuspage.console.services import publish_once, published_with
from statuspage.console.wanted import number_of
from statuspage.console.writing import Writing, draft_save, drafts_of, writing_at
from statuspage.statements.models import Statement

# What belongs to a step and not to the text.
NOT_TEXT: Final = frozenset({"csrfmiddlewaretoken", "step"})
GOING_OUT: Final = frozenset({"confirm", "publish"})


@dataclass(frozen=True)
class Composition:
    """A form, the page on which it is written and what else that page shows."""

    form: ComposeForm
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    # Where one person may not publish alone: hands what is written over to a second one.
    hand_over: Callable[[HttpRequest], HttpResponse] | None = None


def typed(request: HttpRequest) -> QueryDict | None:
    """What fills the form: what was sent, or the draft that the address names; None for neither."""
    if request.method == "POST":
        return request.POST or None
    draft = _named_draft(request)
    if draft is None:
        return None
    values = QueryDict(mutable=True)
    for name, many in draft.values.items():
        values.setlist(name, many)
    return values


def writing_of(request: HttpRequest, place: str) -> Writing:
    """Who is writing at that place, before anything is typed."""
    return writing_at(place, staff_of(request), _named_draft(request))


def compose(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Take the step that the pressed button names; without one, show the form."""
    if request.method != "POST":
        return _edit(request, composition)
    step = request.POST.get("step", "")
    if step in GOING_OUT and (earlier := published_with(composition.form["token"].value())):
        return _again(request, earlier)
    return STEPS.get(step, _preview)(request, composition)


def _edit(request: HttpRequest, composition: Composition) -> HttpResponse:
    """The form as it stands, without complaints about what is not written yet."""
    return _page(request, composition, quiet=True)


def _preview(request: HttpRequest, composition: Composition) -> HttpResponse:
    """The form with its preview, kept as a draft; to htmx the preview alone."""
    # A keystroke is no act: what comes of it is written down when it is published.
    request.no_act = True  # type: ignore[attr-defined]
    context = _keep(request, composition)
    if request.headers.get("HX-Request"):
        context |= {"form": composition.form}
        return render(request, "console/partials/preview.html", context)
    return _page(request, composition, quiet=True, kept=context)


def _save(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Kept as a draft, to go on with later."""
    context = _keep(request, composition)
    saved = context["writing"].saved
    if saved is None:
        return _page(request, composition, quiet=True, kept=context)
    messages.success(request, _("Saved as a draft. Nothing is public yet."))
    return redirect(saved.address)


def _confirm(request: HttpRequest, composition: Composition) -> HttpResponse:
    """What will be said, and to how many: the last look before it is public."""
    if not composition.form.is_ready():
        return _page(request, composition)
    context = {
        **composition.context,
        **_keep(request, composition),
        "form": composition.form,
        "written": _written(request),
        "hands_over": composition.hand_over is not None,
    }
    return render(request, "console/confirm.html", context)


def _publish(request: HttpRequest, composition: Composition) -> HttpResponse:
    """Say it, once; a second press leads to what the first has published."""
    form, author = composition.form, staff_of(request)
    if not form.is_ready():
        return _page(request, composition)
    if composition.hand_over:
        return composition.hand_over(request)
    try:
        statement, now = publish_once(
            form.cleaned_data["token"], lambda: form.publish(author=author)
        )
    except ValidationError as error:
        form.refuse(error)
        return _page(request, composition)
    if not now:
        return _again(request, statement)
    messages.success(request, _("Published as statement %(n)s.") % {"n": statement.number})
    return _follow(statement)


def _again(request: HttpRequest, statement: Statement) -> HttpResponse:
    """Asked before the form is checked: its own first publication would make it look outdated."""
    messages.info(
        request,
        _("This was already published, as statement %(n)s. Nothing was published again.")
        % {"n": statement.number},
    )
    return _follow(statement)


def _follow(statement: Statement) -> HttpResponse:
    """To where its broadcast can be watched: the next question is whether people are told."""
    return redirect("console:broadcast", number=statement.number)


def _written(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything the form holds, for the confirming page to carry along."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_TEXT
        for value in values
    ]


def _page(
    request: HttpRequest,
    composition: Composition,
    *,
    quiet: bool = False,
    kept: Mapping[str, Any] | None = None,
) -> HttpResponse:
    form = composition.form
    context = {
        **composition.context,
        **(kept or _shown(request, form)),
        "form": form,
        "complain": form.is_bound and not quiet,
    }
    return render(request, composition.template, context)


def _shown(request: HttpRequest, form: ComposeForm) -> dict[str, Any]:
    return {"preview": preview_of(form), "writing": writing_of(request, request.path)}


def _keep(request: HttpRequest, composition: Composition) -> dict[str, Any]:
    """Keep what was sent as a draft; the preview of it, and who else is writing here."""
    preview = preview_of(composition.form)
    try:
        draft, problem = _kept(request, composition.form, preview), []
    except ValidationError as error:
        draft, problem = None, error.messages
    writing = writing_at(request.path, staff_of(request), draft)
    return {"preview": preview, "writing": writing, "not_kept": problem}


def _kept(request: HttpRequest, form: ComposeForm, preview: Preview) -> Draft | None:
    try:
        token = UUID(str(form["token"].value()))
    except ValueError:
        return None
    return draft_save(
        staff=staff_of(request),
        token=token,
        place=request.path,
        kind=preview.document["kind"],
        title=preview.document["content"]["name"],
        typed={name: many for name, many in request.POST.lists() if name not in NOT_TEXT},
    )


def _named_draft(request: HttpRequest) -> Draft | None:
    """Their own draft that the address names.

    Raises:
        Http404: it names none of theirs, or none of this place.
    """
    wanted = request.GET.get("draft")
    if wanted is None or request.method == "POST":
        return None
    found = drafts_of(staff_of(request)).filter(place=request.path)
    return get_object_or_404(found, pk=number_of(wanted))


STEPS: Final[Mapping[str, Callable[[HttpRequest, Composition], HttpResponse]]] = {
    "edit": _edit,
    "preview": _preview,
    "save": _save,
    "confirm": _confirm,
    "publish": _publish,
}
