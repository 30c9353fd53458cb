"""What is being written: kept as it is typed, found again, thrown away and fetched back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.console.models import Draft, Proposal, Publication
from statuspage.staff.models import Staff

Typed = Mapping[str, Sequence[str]]

# Whoever has typed nothing for so long has gone away.
STILL_WRITING: Final = timedelta(minutes=10)
# Longer than any text that could be published in both languages, with all the other fields.
LONGEST: Final = 100_000
UNDO: Final = timedelta(days=1)


@dataclass(frozen=True)
class Writing:
    """What is known of a place while someone writes there."""

    saved: Draft | None
    earlier: QuerySet[Draft]
    others: QuerySet[Draft]


def writing_at(place: str, staff: Staff, saved: Draft | None = None) -> Writing:
    """Their draft, what they wrote here before, and who else is writing here."""
    here = _unpublished().filter(place=place, discarded_at=None).select_related("author")
    earlier = here.filter(author=staff)
    if saved:
        earlier = earlier.exclude(pk=saved.pk)
    since = timezone.now() - STILL_WRITING
    others = here.exclude(author=staff).filter(saved_at__gte=since).order_by("begun_at")
    return Writing(saved, earlier, others)


def drafts_of(staff: Staff) -> QuerySet[Draft]:
    """What they have begun and neither published nor thrown away, the latest first."""
    return _unpublished().filter(author=staff, discarded_at=None)


def discarded_by(staff: Staff) -> QuerySet[Draft]:
    """What they threw away within the last day, and may fetch back."""
    since = timezone.now() - UNDO
    return _unpublished().filter(author=staff, discarded_at__gte=since)


def draft_save(
    *, staff: Staff, token: UUID, place: str, kind: str, title: Mapping[str, Any], typed: Typed
) -> Draft | None:
    """Keep what is typed; None where that form has been published or handed over already.

    Raises:
        ValidationError: it is longer than anything that could be published.
    """
    values = {name: [_storable(one) for one in many] for name, many in typed.items()}
    if sum(len(one) for many in values.values() for one in many) > LONGEST:
        raise ValidationError(_("This is too long to be kept as a draft."), code="long")
    kept = {
        "place": place,
        "kind": kind,
        "title": dict(title),
        "values": values,
        "saved_at": timezone.now(),
        "discarded_at": None,
    }
    draft, _made = Draft.objects.update_or_create(author=staff, token=token, defaults=kept)
    return _unpublished().filter(pk=draft.pk).first()


def draft_finish(token: UUID) -> None:
    """What was published is no draft any more."""
    Draft.objects.filter(token=token).delete()


def draft_reopen(token: UUID, remark: str) -> None:
    """What was sent back can be changed and handed over anew, as another form."""
    with transaction.atomic():
        for draft in Draft.objects.select_for_update().filter(token=token):
            draft.token = uuid4()
            draft.values = {**draft.values, "token": [str(draft.token)]}
            draft.remark, draft.saved_at = remark, timezone.now()
            draft.save(update_fields=["token", "values", "remark", "saved_at"])


def draft_discard(draft: Draft) -> None:
    """Throw it away; for a day it can be fetched back."""
    Draft.objects.filter(pk=draft.pk).update(discarded_at=timezone.now())


def draft_restore(draft: Draft) -> None:
    """Fetch it back, as new as if it had just been typed."""
    Draft.objects.filter(pk=draft.pk).update(discarded_at=None, saved_at=timezone.now())


def drafts_forget(now: datetime | None = None) -> int:
    """Delete what nobody touched for settings.DRAFTS_KEEP_DAYS, or threw away a day ago."""
    moment = now or timezone.now()
    old = Q(saved_at__lt=moment - timedelta(days=settings.DRAFTS_KEEP_DAYS))
    done, _tables = Draft.objects.filter(old | Q(discarded_at__lt=moment - UNDO)).delete()
    return done


def _unpublished() -> QuerySet[Draft]:
    """A save that overtakes its own publication must not bring the draft back."""
    published = Publication.objects.filter(token=OuterRef("token"))
    handed_over = Proposal.objects.filter(token=OuterRef("token"))
    return Draft.objects.filter(~Exists(published), ~Exists(handed_over))


def _storable(value: str) -> str:
    """PostgreSQL's JSON takes neither NUL nor half a character."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()
