"""Write, look, confirm, publish: the four steps of every form that says something in public."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import staff_of
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.preview import preview_of
from statuspage.console.services import publish_once, published_with
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
    """The form with its preview; to htmx the preview alone."""
    if request.headers.get("HX-Request"):
        context = {"preview": preview_of(composition.form), "form": composition.form}
        return render(request, "console/partials/preview.html", context)
    return _page(request, composition, quiet=True)


def _confirm(request: HttpRequest, composition: Composition) -> HttpResponse:
    """What will be said, and to how many: the last look before it is public."""
    if not composition.form.is_ready():
        return _page(request, composition)
    context = {
        **composition.context,
        "form": composition.form,
        "preview": preview_of(composition.form),
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


def _page(request: HttpRequest, composition: Composition, *, quiet: bool = False) -> HttpResponse:
    form = composition.form
    context = {
        **composition.context,
        "form": form,
        "preview": preview_of(form),
        "complain": form.is_bound and not quiet,
    }
    return render(request, composition.template, context)


STEPS: Final[Mapping[str, Callable[[HttpRequest, Composition], HttpResponse]]] = {
    "edit": _edit,
    "preview": _preview,
    "confirm": _confirm,
    "publish": _publish,
}
