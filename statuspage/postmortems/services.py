"""Writing a postmortem, handing it over, and publishing it by a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.incidents.lifecycle import IncidentStatus, check_transition
from statuspage.incidents.models import Incident
from statuspage.postmortems.content import (
    FOLLOWED_UP,
    POSTMORTEM,
    SECTIONS,
    followed_up_content,
    postmortem_content,
)
from statuspage.postmortems.lifecycle import POSTMORTEM_TRANSITIONS, PostmortemState
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.settlement.services import check_second_person
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text

SUMMARY_LENGTH: Final = 1000
SECTION_LENGTH: Final = 3000
ACTION_LENGTH: Final = 200
OWNER_LENGTH: Final = 80
MOST_ACTIONS: Final = 20
TEXTS: Final = ("summary", *SECTIONS)


@dataclass(frozen=True)
class Action:
    """A follow-up action as it is written; `id` is that of one that is there already."""

    text: Text
    owner: str = ""
    due: date | None = None
    public: bool = False
    id: int | None = None


def postmortem_save(
    *,
    incident: Incident,
    texts: Mapping[str, Text],
    actions: Sequence[Action],
    by: Author,
    version: int = 0,
) -> Postmortem:
    """Keep what was written; `version` is the one that was read, 0 where there was none.

    Whatever had been handed over or approved is a draft again. Actions that are done stay.

    Raises:
        ValidationError: a text is unusable, there are too many actions, or someone else has
            changed it meanwhile (code `superseded`).
    """
    written = {name: _clean(texts.get(name), name) for name in TEXTS}
    if len(actions) > MOST_ACTIONS:
        raise ValidationError(_("At most %(most)d actions.") % {"most": MOST_ACTIONS})
    with transaction.atomic():
        row = _row(incident, by, version)
        check_transition(POSTMORTEM_TRANSITIONS, row.state, PostmortemState.DRAFT)
        for name, text in written.items():
            setattr(row, name, text)
        row.author, row.state = by, PostmortemState.DRAFT
        _move(row)
        _keep(row, actions)
        return row


def postmortem_submit(*, postmortem: Postmortem, by: Author) -> Postmortem:
    """Hand it over to a second person.

    Raises:
        ValidationError: something is missing, or it is no draft.
    """
    missing = [name for name in TEXTS if not getattr(postmortem, name)]
    if missing:
        problem = _("This is needed before it is handed over.")
        raise ValidationError(dict.fromkeys(missing, problem))
    with transaction.atomic():
        row = _locked(postmortem, PostmortemState.WAITING)
        row.note = ""
        _move(row)
        return row


def postmortem_send_back(*, postmortem: Postmortem, note: str, by: Author) -> Postmortem:
    """Back to its author, with the reason.

    Raises:
        ValidationError: it does not wait for anybody.
    """
    with transaction.atomic():
        row = _locked(postmortem, PostmortemState.DRAFT)
        row.note = note.strip()[:1000]
        _move(row)
        return row


def postmortem_approve(*, postmortem: Postmortem, by: Author) -> Statement:
    """Publish what the given version says; an edit since it was looked at voids the approval.

    Raises:
        ValidationError: it was changed meanwhile, does not wait, the same person wrote it, the
            role may not, or the incident is not over.
    """
    with publishing():
        row = _locked(postmortem, PostmortemState.PUBLISHED)
        check_second_person(row.author, by)
        if row.incident.status != IncidentStatus.RESOLVED:
            raise ValidationError(_("The incident goes on: resolve it first."), code="open")
        statement = publish(
            kind=POSTMORTEM,
            subject=Subject("incident", row.incident.public_id),
            content=postmortem_content(row, row.actions.all()),
            author=row.author,
        )
        row.approver, row.statement = by, statement
        _move(row)
        return statement


def follow_up_done(*, action: FollowUp, by: Author) -> Statement | None:
    """Say that an action is done; in public where the action is, and the postmortem is out.

    Raises:
        ValidationError: it was done before.
    """
    with publishing():
        row = FollowUp.objects.select_for_update().get(pk=action.pk)
        if row.done_at:
            raise ValidationError(_("This was done before."), code="superseded")
        row.done_at, row.done_by = timezone.now(), by
        row.save(update_fields=["done_at", "done_by"])
        postmortem = row.postmortem
        if not row.public or postmortem.statement is None:
            return None
        return publish(
            kind=FOLLOWED_UP,
            subject=Subject("incident", postmortem.incident.public_id),
            content=followed_up_content(postmortem, _done_text(row.text)),
            author=by,
        )


def _row(incident: Incident, by: Author, version: int) -> Postmortem:
    """The row, locked; made where there is none and none was read."""
    row = Postmortem.objects.select_for_update().filter(incident=incident).first()
    if (row.version if row else 0) != version:
        raise _superseded()
    return row or Postmortem(incident=incident, author=by, version=0)


def _locked(postmortem: Postmortem, following: str) -> Postmortem:
    """The row as it now is, about to move on."""
    row = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
    if row.version != postmortem.version:
        raise _superseded()
    check_transition(POSTMORTEM_TRANSITIONS, row.state, following)
    row.state = following
    return row


def _move(row: Postmortem) -> None:
    row.updated_at = timezone.now()
    row.version += 1
    row.save()


def _keep(row: Postmortem, actions: Sequence[Action]) -> None:
    """Write the actions; those left out go, unless they are done."""
    open_ones = {one.pk: one for one in row.actions.filter(done_at=None)}
    for position, action in enumerate(actions):
        kept = open_ones.pop(action.id or 0, None) or FollowUp(postmortem=row)
        kept.text = clean_text(action.text, max_length=ACTION_LENGTH)
        kept.owner, kept.due = action.owner.strip()[:OWNER_LENGTH], action.due
        kept.public, kept.position = action.public, position
        kept.save()
    FollowUp.objects.filter(pk__in=open_ones).delete()


def _clean(text: Text | None, name: str) -> Text:
    if not text:
        return {}
    try:
        return clean_text(text, max_length=SUMMARY_LENGTH if name == "summary" else SECTION_LENGTH)
    except ValidationError as error:
        raise ValidationError({name: error}) from error


def _done_text(text: Text) -> Text:
    said = {}
    for language, part in text.items():
        with override(language):
            said[language] = _("Done: %(what)s") % {"what": part}
    return said


def _superseded() -> ValidationError:
    return ValidationError(
        _("Someone else has changed this meanwhile. Please look again."), code="superseded"
    )
