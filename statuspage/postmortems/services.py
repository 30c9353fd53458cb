"""Write, submit, publish (by a second person) and withdraw postmortems."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.incidents.lifecycle import IncidentStatus, check_transition
from statuspage.incidents.models import Incident
from statuspage.lib.database_clock import database_now
from statuspage.notices.services import check_author_stays, check_second_person
from statuspage.postmortems.content import (
    FOLLOWED_UP,
    POSTMORTEM,
    SECTIONS,
    followed_up_content,
    postmortem_content,
)
from statuspage.postmortems.models import (
    POSTMORTEM_TRANSITIONS,
    FollowUp,
    Postmortem,
    PostmortemState,
)
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
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
    """A follow-up action as it is written; `id` is that of an existing action."""

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
    """Save what was written; `version` is the one that was read, 0 if there was none.

    A submitted or approved postmortem becomes a draft again. Actions that are done stay.

    Raises:
        ValidationError: a text is unusable, there are too many actions, or someone else has
            changed it since (code `superseded`).
    """
    written = {name: _clean(texts.get(name), name) for name in TEXTS}
    if len(actions) > MOST_ACTIONS:
        raise ValidationError(_("At most %(most)d actions.") % {"most": MOST_ACTIONS})
    with transaction.atomic():
        with _moved(incident, version, PostmortemState.DRAFT) as row:
            for name, text in written.items():
                setattr(row, name, text)
            row.author = by
        _keep(row, actions)
        return row


def postmortem_submit(*, postmortem: Postmortem) -> Postmortem:
    """Submit it for approval; ValidationError if a text is missing or it is not a draft."""
    missing = [name for name in TEXTS if not getattr(postmortem, name)]
    if missing:
        problem = _("Required before you submit it for approval.")
        raise ValidationError(dict.fromkeys(missing, problem))
    with _moved(postmortem.incident, postmortem.version, PostmortemState.WAITING) as row:
        _check_real(row.incident)
        row.note, row.returned_at = "", None
    return row


def postmortem_send_back(*, postmortem: Postmortem, by: Author, note: str) -> Postmortem:
    """Send it back to its author, with the reason; its author may take it back as well.

    Raises:
        ValidationError: it is not waiting, or the role may not approve.
    """
    with _moved(postmortem.incident, postmortem.version, PostmortemState.DRAFT) as row:
        if by.pk != row.author_id:
            check_second_person(row.author, by, row.updated_at)
        row.note = note.strip()[:1000]
        row.returned_at = database_now() if by.pk != row.author_id else None
    return row


def postmortem_approve(*, postmortem: Postmortem, by: Author) -> Statement:
    """Publish the given version; an edit since then voids the approval.

    Raises:
        ValidationError: it was changed since, is not waiting, the same person wrote it, the
            role may not, its author may no longer publish, or the incident is not over or was
            published in error.
    """
    published = PostmortemState.PUBLISHED
    with publishing(), _moved(postmortem.incident, postmortem.version, published) as row:
        check_second_person(row.author, by, row.updated_at)
        check_author_stays(row.author)
        _check_real(row.incident)
        if row.incident.status != IncidentStatus.RESOLVED:
            raise ValidationError(_("The incident is still open. Resolve it first."), code="open")
        statement = publish(
            kind=POSTMORTEM,
            subject=Subject("incident", row.incident.public_id),
            content=postmortem_content(row, row.actions.all()),
            author=row.author,
        )
        row.approver, row.statement = by, statement
    return statement


def _check_real(incident: Incident) -> None:
    """Raise ValidationError for an incident that was published in error: there is no cause."""
    if incident.in_error:
        raise ValidationError(
            _("This incident was published in error and is closed."), code="in_error"
        )


def follow_up_done(*, action: FollowUp, by: Author) -> Statement | None:
    """Mark an action as done; publish that if the action and the postmortem are public.

    Raises:
        ValidationError: it was done before.
    """
    with publishing():
        row = FollowUp.objects.select_for_update().get(pk=action.pk)
        if row.done_at:
            raise ValidationError(_("This is already done."), code="superseded")
        row.done_at, row.done_by = database_now(), by
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


@contextmanager
def _moved(incident: Incident, version: int, state: PostmortemState) -> Iterator[Postmortem]:
    """Lock the postmortem as it was read (version 0: none was), and save it in its new state."""
    with transaction.atomic():
        found = Postmortem.objects.select_for_update().filter(incident=incident).first()
        row = found or Postmortem(incident=incident, version=0)
        if row.version != version:
            problem = _("Someone else has changed this in the meantime. Please review it again.")
            raise ValidationError(problem, code="superseded")
        check_transition(POSTMORTEM_TRANSITIONS, row.state, state)
        row.state = state
        yield row
        row.updated_at, row.version = database_now(), version + 1
        row.save()


def _keep(row: Postmortem, actions: Sequence[Action]) -> None:
    """Save the actions; delete those left out, unless they are done."""
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


def postmortem_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """Make a withdrawn postmortem a draft again; other statements change no row."""
    if statement.kind == POSTMORTEM:
        Postmortem.objects.filter(statement=statement).update(
            state=PostmortemState.DRAFT,
            statement=None,
            updated_at=moment,
            version=F("version") + 1,
        )
    return {}
