"""The crisis recipe “T+1 becomes T+N”: one form, and the page of what it drafted."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from statuspage.approvals.models import Recipe, RecipeStep
from statuspage.approvals.recipes import (
    REGULATOR,
    StepProgress,
    StepState,
    progress_of,
    recipe_begin,
    recipes,
    step_done,
    step_draft_again,
    step_move,
    step_take_over,
    unfinished,
)
from statuspage.console.access import permits, staff_of, writes
from statuspage.console.cycle_change import steps_of
from statuspage.console.forms.cycle_change import CycleChangeForm
from statuspage.console.views.incidents import every_component
from statuspage.console.wanted import number_of, page_of
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import incidents, open_incidents
from statuspage.regulator.services import MOST, estimate_note
from statuspage.settlement.cycle_change.words import notes
from statuspage.staff.permissions import Act
from statuspage.statements.ids import NO_ID
from statuspage.statements.times import from_iso

OPENED: Final = "incident.opened"
UPDATED: Final = "incident.updated"
RULE: Final = "notice.settlement_rule"


@writes
def cycle_change(request: HttpRequest) -> HttpResponse:
    """Take the facts once, and draft everything that is to be said; nothing is published."""
    sent = request.POST if request.method == "POST" else None
    if sent is not None and (made := _made_with(sent.get("token", ""))):
        messages.info(request, _("These drafts exist already. They were not made again."))
        return redirect("console:recipe", number=made.pk)
    chosen = request.GET.get("incident", "")
    form = CycleChangeForm(sent, incidents=list(open_incidents()), chosen=chosen)
    earlier: list[Recipe] = []
    if sent is not None and form.is_valid():
        earlier = _drafted_before(form)
        try:
            if not earlier or sent.get("again"):
                return _begin(request, form)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "complain": form.is_bound, "earlier": earlier}
    status = 422 if form.is_bound else 200
    return render(request, "console/cycle_change.html", context, status=status)


def _begin(request: HttpRequest, form: CycleChangeForm) -> HttpResponse:
    incident, story = form.chosen_incident(), form.story()
    recipe, _now = recipe_begin(
        token=form.cleaned_data["token"],
        staff=staff_of(request),
        name=story.incident_name,
        steps=steps_of(form, incident, every_component()),
        notes=[*notes(story.plan)],
        incident_id=incident.public_id if incident else "",
    )
    messages.success(request, _("Drafted. Nothing is public yet: publish them in this order."))
    return redirect("console:recipe", number=recipe.pk)


def _drafted_before(form: CycleChangeForm) -> list[Recipe]:
    """Return the sets about the same that are not all published: of a colleague, or a page back."""
    name = form.story().incident_name
    return [one for one, _steps in unfinished() if one.name == name]


def _made_with(token: str) -> Recipe | None:
    try:
        return Recipe.objects.filter(token=token).first()
    except ValidationError:  # no UUID
        return None


@permits(Act.READ)
def recipe_list(request: HttpRequest) -> HttpResponse:
    """List every set, the newest first."""
    return render(request, "console/recipes.html", {"page": page_of(request, recipes())})


@permits(Act.READ, post=Act.PUBLISH)
def recipe(request: HttpRequest, number: int) -> HttpResponse:
    """Show what of a set is drafted, waits and is published, in the order in which to publish."""
    found = get_object_or_404(recipes(), pk=number)
    problems: list[str] = []
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""))
        if step is None:
            return HttpResponseBadRequest()
        try:
            step(request, found)
            return redirect("console:recipe", number=number)
        except ValidationError as error:
            problems = error.messages
    context = {**_context(request, found), "problems": problems}
    return render(request, "console/recipe.html", context, status=409 if problems else 200)


def _context(request: HttpRequest, found: Recipe) -> dict[str, Any]:
    steps, staff = progress_of(found), staff_of(request)
    incident = incidents().filter(public_id=found.incident_id).first()
    left = [one for one in steps if not one.over]
    left_out = [one.step for one in steps if one.left_out]
    # The notices can be published all the same, each with the incident that its author chooses.
    without = incident is None and any(one.kind == OPENED for one in left_out)
    may_go = {OPENED, *(one.step.kind for one in steps if without and one.step.token)}
    return {
        "recipe": found,
        "incident": incident,
        "resolved": incident is not None and incident.status == IncidentStatus.RESOLVED,
        "steps": [
            {
                "one": one,
                "next": one is left[0] if left else False,
                "own": bool(one.draft and one.draft.author_id == staff.pk),
                # A notice names its incident, which has no id before it is published.
                "ready": bool(incident) or one.step.kind in may_go,
                "reopens": _may_reopen(incident, one),
            }
            for one in steps
        ],
        "left": len(left),
        "has_rule": any(
            one.step.kind == RULE and one.state == StepState.PUBLISHED for one in steps
        ),
        "left_out": left_out,
        "without_incident": without,
    }


def _may_reopen(incident: Incident | None, one: StepProgress) -> bool:
    """Return whether the draft of an update is left, and its incident was resolved since."""
    if incident is None or one.draft is None or one.step.kind != UPDATED:
        return False
    moved = one.draft.place == reverse("console:incident_reopen", args=[incident.public_id])
    return incident.reopenable and not moved


def _take_over(request: HttpRequest, found: Recipe) -> None:
    one = _chosen(request, found)
    if not step_take_over(one.step, staff_of(request)):
        raise ValidationError(_("This draft no longer exists."))
    messages.success(request, _("The draft is yours now."))


def _draft_again(request: HttpRequest, found: Recipe) -> None:
    """Bring back what was left out."""
    if not step_draft_again(_chosen(request, found).step, staff_of(request)):
        raise ValidationError(_("This draft was brought back already."))
    messages.success(request, _("The draft is back, and it is yours. Nothing is public yet."))


def _reopen(request: HttpRequest, found: Recipe) -> None:
    """Let the update's draft reopen its incident, which was resolved in the meantime."""
    one = _chosen(request, found)
    place = reverse("console:incident_reopen", args=[found.incident_id or NO_ID])
    updates = one.step.kind == UPDATED
    if not updates or not step_move(one.step, place, status=IncidentStatus.INVESTIGATING):
        raise ValidationError(_("This draft no longer exists."))
    messages.success(request, _("The draft now reopens the incident. Nothing is public yet."))


def _figures(request: HttpRequest, found: Recipe) -> None:
    """Record the figures through the regulator's own service; staff alone see them."""
    one = _chosen(request, found)
    incident = Incident.objects.filter(public_id=found.incident_id).first()
    if incident is None or one.step.kind != REGULATOR:
        raise ValidationError(_("Publish the incident first."))
    if one.step.done_at:
        return
    known = number_of(request.POST.get("transactions", ""))
    if known is None or known > MOST:
        raise ValidationError(_("Enter the number of transactions affected."))
    figures = {"transactions": known}
    estimate_note(
        subject=incident,
        figures=figures,
        known_at=_known_at(one.step, incident),
        by=staff_of(request),
    )
    step_done(one.step)
    messages.success(request, _("Saved. Visible to staff only."))


def _known_at(step: RecipeStep, incident: Incident) -> datetime | None:
    """Return when it was noticed; the author of the incident may have entered a later start."""
    written = step.values.get("known_at")
    return max(from_iso(written), incident.started_at) if written else None


def _chosen(request: HttpRequest, found: Recipe) -> StepProgress:
    wanted = number_of(request.POST.get("number", ""))
    for one in progress_of(found):
        if one.step.pk == wanted:
            return one
    raise ValidationError(_("This draft no longer exists."))


STEPS: Final[Mapping[str, Callable[[HttpRequest, Recipe], None]]] = {
    "take_over": _take_over,
    "again": _draft_again,
    "reopen": _reopen,
    "regulator": _figures,
}
