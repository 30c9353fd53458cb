"""Recipes: several drafts prepared at once, each published as its kind demands; and how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.approvals.drafts import Typed, draft_save
from statuspage.approvals.models import (
    Draft,
    Proposal,
    ProposalState,
    Publication,
    Recipe,
    RecipeStep,
)
from statuspage.lib.database_clock import database_now
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text

# After so long, what is still unpublished of a set is no longer shown on the overview.
SHOWN: Final = timedelta(days=14)
# The step that is no statement: what the regulator is told.
REGULATOR: Final = "regulator"
# The field of a form in which a notice names its incident.
INCIDENT: Final = "incident"


class StepState(models.TextChoices):
    """How far one step of a set has come."""

    DRAFTED = "drafted", pgettext_lazy("state of a step", "Draft")
    SENT_BACK = "sent_back", _("Sent back")
    WAITING = "waiting", _("Awaiting approval")
    SCHEDULED = "scheduled", pgettext_lazy("state of a notice", "Scheduled")
    PUBLISHED = "published", pgettext_lazy("state of a step", "Published")
    DISCARDED = "discarded", pgettext_lazy("state of a step", "Left out (discarded)")
    TO_DO = "to_do", pgettext_lazy("state of a step", "To do")
    DONE = "done", pgettext_lazy("state of a step", "Done")


OVER: Final = frozenset({StepState.PUBLISHED, StepState.DISCARDED, StepState.DONE})
BY_PROPOSAL: Final = {
    ProposalState.WAITING: StepState.WAITING,
    ProposalState.SCHEDULED: StepState.SCHEDULED,
    ProposalState.PUBLISHED: StepState.PUBLISHED,
}


@dataclass(frozen=True)
class PreparedStep:
    """One step to be kept: a draft as the browser would send it, or something without a draft."""

    kind: str
    title: Text
    place: str = ""
    token: UUID | None = None
    typed: Typed = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StepProgress:
    """One step with its state, and the row by which it goes on."""

    step: RecipeStep
    state: StepState
    draft: Draft | None = None
    proposal: Proposal | None = None
    statement: Statement | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state in OVER

    @property
    def left_out(self) -> bool:
        """Whether its draft was discarded or deleted: it is not said, though nothing waits."""
        return self.state == StepState.DISCARDED


def recipe_begin(
    *,
    token: UUID,
    staff: Staff,
    name: Text,
    steps: Sequence[PreparedStep],
    notes: Sequence[Text] = (),
    incident_id: str = "",
) -> tuple[Recipe, bool]:
    """Keep a set with its drafts; the form with this token does so once. Nothing is published.

    Returns the set, and whether it was made now.

    Raises:
        ValidationError: a draft is too long to be kept.
    """
    given = {
        "name": dict(name),
        "notes": [dict(one) for one in notes],
        "incident_id": incident_id,
        "begun_by": staff,
        "begun_at": database_now(),
    }
    with transaction.atomic():
        recipe, made = Recipe.objects.get_or_create(token=token, defaults=given)
        if made:
            for position, one in enumerate(steps, 1):
                _keep(recipe, position, one, staff)
    return recipe, made


def _keep(recipe: Recipe, position: int, one: PreparedStep, staff: Staff) -> None:
    step = RecipeStep.objects.create(
        recipe=recipe,
        position=position,
        kind=one.kind,
        title=dict(one.title),
        token=one.token,
        values={"place": one.place, "typed": dict(one.typed)} if one.token else dict(one.values),
    )
    if one.token:
        _write(step, one.token, staff)


def _write(step: RecipeStep, token: UUID, staff: Staff) -> None:
    """Write the draft that this step begins with."""
    typed = {**step.values["typed"], "token": [str(token)]}
    if typed.get(INCIDENT) == [""]:
        typed[INCIDENT] = [step.recipe.incident_id]
    draft_save(
        staff=staff,
        token=token,
        place=step.values["place"],
        kind=step.kind,
        title=step.title,
        typed=typed,
    )


def incident_published(token: UUID, statement: Statement) -> None:
    """Name the incident that a set has just published in the set's other drafts.

    What names an incident already stays. Call it inside the publishing transaction.
    """
    if statement.subject_type != "incident":
        return
    step = RecipeStep.objects.select_related("recipe").filter(token=token).first()
    if step is None or step.recipe.incident_id:
        return
    Recipe.objects.filter(pk=step.recipe_id).update(incident_id=statement.subject_id)
    tokens = step.recipe.steps.exclude(pk=step.pk).values("token")
    for draft in Draft.objects.select_for_update().filter(token__in=tokens):
        if draft.values.get(INCIDENT) == [""]:
            draft.values = {**draft.values, INCIDENT: [statement.subject_id]}
            draft.save(update_fields=["values"])


def step_take_over(step: RecipeStep, staff: Staff) -> bool:
    """Give a step's draft to somebody else, who goes on with it; return False without a draft."""
    return _give(_copies(step).filter(discarded_at=None), staff)


def _copies(step: RecipeStep) -> QuerySet[Draft]:
    return Draft.objects.filter(token=step.token) if step.token else Draft.objects.none()


def _give(copies: QuerySet[Draft], staff: Staff) -> bool:
    """Give one of a draft's copies to this person: their own, else the one saved last.

    The page that its former author left open may have saved another copy since.
    """
    with transaction.atomic():
        locked = copies.select_for_update()
        chosen = locked.filter(author=staff).first() or locked.first()
        if chosen is None:
            return False
        chosen.author, chosen.discarded_at, chosen.saved_at = staff, None, database_now()
        chosen.save(update_fields=["author", "discarded_at", "saved_at"])
        return True


def step_draft_again(step: RecipeStep, staff: Staff) -> bool:
    """Bring back the draft of a step that was left out, for this person; False if it is there.

    It is as it was discarded, or as it was first written where nothing is kept of it.

    Raises:
        ValidationError: nothing is kept of it, nor what it began with.
    """
    with transaction.atomic():
        recipe = Recipe.objects.select_for_update().get(pk=step.recipe_id)
        found = next(one for one in progress_of(recipe) if one.step.pk == step.pk)
        if not found.left_out:
            return False
        if _give(_copies(found.step), staff):
            return True
        if "typed" not in found.step.values:
            raise ValidationError(_("Nothing is kept of this draft. Write a new one."))
        # The old token may be that of a proposal that was sent back.
        found.step.token = uuid4()
        found.step.save(update_fields=["token"])
        _write(found.step, found.step.token, staff)
        return True


def step_move(step: RecipeStep, place: str, **typed: str) -> bool:
    """Move a step's draft to another form's URL, with these fields changed; False without one."""
    with transaction.atomic():
        drafts = Draft.objects.select_for_update().filter(discarded_at=None)
        draft = drafts.filter(token=step.token).first() if step.token else None
        if draft is None:
            return False
        draft.place = place
        draft.values = {**draft.values, **{name: [one] for name, one in typed.items()}}
        draft.save(update_fields=["place", "values"])
        return True


def step_done(step: RecipeStep) -> None:
    """Mark what is no draft as done."""
    RecipeStep.objects.filter(pk=step.pk, done_at=None).update(done_at=database_now())


def recipes() -> QuerySet[Recipe]:
    """Return every set, the newest first."""
    return Recipe.objects.select_related("begun_by").prefetch_related("steps")


def unfinished(incident_id: str | None = None) -> list[tuple[Recipe, Sequence[StepProgress]]]:
    """Return the sets of the last days with something left to do, each with its progress."""
    found = recipes().filter(begun_at__gte=database_now() - SHOWN)
    if incident_id is not None:
        found = found.filter(incident_id=incident_id)
    known = [(one, progress_of(one)) for one in found]
    return [(one, steps) for one, steps in known if not all(step.over for step in steps)]


def progress_of(recipe: Recipe) -> list[StepProgress]:
    """Return the steps of a set in the order in which to publish them, with their states."""
    steps = list(recipe.steps.all())
    tokens = [one.token for one in steps if one.token]
    published = Publication.objects.select_related("statement").filter(token__in=tokens)
    proposals = Proposal.objects.select_related("statement").filter(token__in=tokens)
    drafts = Draft.objects.select_related("author").filter(token__in=tokens)
    said = {one.token: one.statement for one in published}
    proposed = {one.token: one for one in proposals}
    # Of several copies the last one is meant, and one that is not discarded.
    written = {one.token: one for one in sorted(drafts, key=_standing)}
    return [
        _progress(one, said.get(one.token), proposed.get(one.token), written.get(one.token))
        if one.token
        else StepProgress(one, StepState.DONE if one.done_at else StepState.TO_DO)
        for one in steps
    ]


def _standing(draft: Draft) -> tuple[bool, datetime]:
    return draft.discarded_at is None, draft.saved_at


def _progress(
    step: RecipeStep, said: Statement | None, proposal: Proposal | None, draft: Draft | None
) -> StepProgress:
    if said:
        return StepProgress(step, StepState.PUBLISHED, statement=said)
    if proposal:
        # What was sent back has another token, unless its draft was deleted before.
        state = BY_PROPOSAL.get(ProposalState(proposal.state), StepState.DISCARDED)
        return StepProgress(step, state, proposal=proposal, statement=proposal.statement)
    if draft is None or draft.discarded_at:
        return StepProgress(step, StepState.DISCARDED, draft=draft)
    return StepProgress(step, StepState.SENT_BACK if draft.remark else StepState.DRAFTED, draft)
