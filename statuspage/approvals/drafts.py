"""Drafts: saved while typing, discarded, restored, and published only once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.models import Draft, Proposal, Publication
from statuspage.lib.database_clock import database_now
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing

Typed = Mapping[str, Sequence[str]]

# After so long without typing, somebody no longer counts as writing.
STILL_WRITING: Final = timedelta(minutes=10)
# Longer than any text that could be published in both languages, with all the other fields.
LONGEST: Final = 100_000
UNDO: Final = timedelta(days=1)


@dataclass(frozen=True)
class DraftContext:
    """The drafts of one form's URL: the author's own, and those others are writing there now."""

    saved: Draft | None
    earlier: QuerySet[Draft]
    others: QuerySet[Draft]


def writing_at(place: str, staff: Staff, saved: Draft | None = None) -> DraftContext:
    """Return the author's drafts at this URL and the recent drafts of others there."""
    here = _unpublished().filter(place=place, discarded_at=None).select_related("author")
    earlier = here.filter(author=staff)
    if saved:
        earlier = earlier.exclude(pk=saved.pk)
    since = database_now() - STILL_WRITING
    others = here.exclude(author=staff).filter(saved_at__gte=since).order_by("begun_at")
    return DraftContext(saved, earlier, others)


def drafts_of(staff: Staff) -> QuerySet[Draft]:
    """Return the author's drafts that are not published, submitted or discarded, latest first."""
    return open_drafts().filter(author=staff)


def open_drafts() -> QuerySet[Draft]:
    """Return everybody's drafts that are not published, submitted or discarded, latest first."""
    return _unpublished().filter(discarded_at=None)


def discarded_by(staff: Staff) -> QuerySet[Draft]:
    """Return the drafts that the author discarded within the last day and can restore."""
    since = database_now() - UNDO
    return _unpublished().filter(author=staff, discarded_at__gte=since)


def draft_save(
    *, staff: Staff, token: UUID, place: str, kind: str, title: Mapping[str, Any], typed: Typed
) -> Draft | None:
    """Save what was typed; return None where the form was already published or submitted.

    Raises:
        ValidationError: the text is longer than anything that could be published.
    """
    values = {name: [_storable(one) for one in many] for name, many in typed.items()}
    if sum(len(one) for many in values.values() for one in many) > LONGEST:
        raise ValidationError(_("This is too long to save as a draft."), code="long")
    kept = {
        "place": place,
        "kind": kind,
        "title": dict(title),
        "values": values,
        "saved_at": database_now(),
        "discarded_at": None,
    }
    draft, _made = Draft.objects.update_or_create(author=staff, token=token, defaults=kept)
    return _unpublished().filter(pk=draft.pk).first()


def draft_finish(token: UUID) -> None:
    """Delete the draft once its form was published."""
    Draft.objects.filter(token=token).delete()


def draft_reopen(token: UUID, remark: str) -> None:
    """Reopen a draft that was sent back, with a new token, so that it can be submitted again."""
    with transaction.atomic():
        for draft in Draft.objects.select_for_update().filter(token=token):
            draft.token = uuid4()
            draft.values = {**draft.values, "token": [str(draft.token)]}
            draft.remark, draft.saved_at = remark, database_now()
            draft.save(update_fields=["token", "values", "remark", "saved_at"])


def draft_discard(draft: Draft) -> None:
    """Discard the draft; it can be restored for a day."""
    Draft.objects.filter(pk=draft.pk).update(discarded_at=database_now())


def draft_restore(draft: Draft) -> None:
    """Restore a discarded draft."""
    Draft.objects.filter(pk=draft.pk).update(discarded_at=None, saved_at=database_now())


def _unpublished() -> QuerySet[Draft]:
    """Return the drafts not yet published or submitted; a late save must not restore one."""
    published = Publication.objects.filter(token=OuterRef("token"))
    handed_over = Proposal.objects.filter(token=OuterRef("token"))
    return Draft.objects.filter(~Exists(published), ~Exists(handed_over))


def _storable(value: str) -> str:
    """Remove what PostgreSQL's JSON cannot hold: NUL and lone surrogates."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def published_with(token: UUID) -> Statement | None:
    """Return the statement that the form with this token published, or None."""
    publication = Publication.objects.select_related("statement").filter(token=token).first()
    return publication.statement if publication else None


def publish_once(token: UUID, publish: Callable[[], Statement]) -> tuple[Statement, bool]:
    """Publish unless the form with this token did so before; return True when it published now.

    Token and statement are written in one transaction, under the lock for publishing. The second
    of two clicks waits for the first and then finds its statement. A crash leaves both or neither.

    Raises:
        ValidationError: as `publish` does; the token may then be used again.
    """
    with publishing():
        if earlier := published_with(token):
            return earlier, False
        statement = publish()
        Publication.objects.create(token=token, statement=statement)
        draft_finish(token)
        return statement, True
