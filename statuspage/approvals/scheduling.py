"""Publish at a time: what is scheduled, how it goes out, and what keeps it from that."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from statuspage.approvals.acts import act_of
from statuspage.approvals.drafts import draft_finish
from statuspage.approvals.models import Proposal, ProposalState
from statuspage.approvals.proposals import (
    decide,
    foreseen_of,
    give_back,
    notice_given,
    propose,
)
from statuspage.approvals.rules import approval_of_notice
from statuspage.lib.database_clock import database_now
from statuspage.notices.incidents import closed_in_error
from statuspage.notices.kind import notice_kind
from statuspage.notices.services import NoticeDraft, check_author_stays
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act
from statuspage.staff.second_person import may_now
from statuspage.statements.canonical import canonical
from statuspage.statements.models import Statement
from statuspage.statements.restoring import restored_at
from statuspage.statements.services import publishing
from statuspage.statements.texts import CHINESE

# A notice that is further away is a slip of the pen.
LONGEST: Final = timedelta(days=366)
PASSED: Final = gettext_lazy("This time has already passed. Choose a later one.")
TOO_FAR: Final = gettext_lazy("Choose a time within a year.")
WAS_BEFORE: Final = gettext_lazy("What was published before is not scheduled.")

logger = logging.getLogger(__name__)


class Changed(Exception):
    """It would say something else than what was reviewed, or nobody stands for it any more."""


def check_publish_at(publish_at: datetime, *, backdated: bool) -> None:
    """Raise ValidationError unless the time is to come, and not far away."""
    now = database_now()
    problems = (
        (publish_at <= now, PASSED),
        (publish_at > now + LONGEST, TOO_FAR),
        (backdated, WAS_BEFORE),
    )
    for applies, problem in problems:
        if applies:
            raise ValidationError({"publish_at": problem})


def notice_schedule(
    *,
    token: UUID,
    draft: NoticeDraft,
    author: Staff,
    publish_at: datetime,
    needs_two: bool,
    confirmed: bool = False,
) -> Proposal:
    """Have a notice published at that time: once it is approved, where its author needs a second
    person.

    The draft was cleaned for that moment. The form with this token does so only once.

    Raises:
        ValidationError: the time has passed, or is too far away.
    """
    check_publish_at(publish_at, backdated=bool(draft.originally))
    if needs_two:
        return propose(
            token=token, draft=draft, staff=author, confirmed=confirmed, publish_at=publish_at
        )
    with transaction.atomic():
        given: dict[str, Any] = notice_given(draft, confirmed, publish_at)
        given |= {"proposed_by": author, "state": ProposalState.SCHEDULED}
        row, made = Proposal.objects.get_or_create(token=token, defaults=given)
        if made:
            row.seen = foreseen_of(row).digest
            row.save(update_fields=["seen"])
        return row


def scheduled() -> QuerySet[Proposal]:
    """Return what is scheduled, the next one first."""
    rows = Proposal.objects.filter(state=ProposalState.SCHEDULED)
    return rows.select_related("proposed_by", "approved_by").order_by("publish_at", "pk")


def scheduled_publish() -> list[Statement]:
    """Publish what is due; safe to call at any time, and by several workers at once.

    What no longer passes its checks goes back to its author. What would say something else than
    was reviewed waits for another look, and so does what was due before a restore: it may have
    gone out since the backup.
    """
    now, restored = database_now(), restored_at()
    said = []
    for row in scheduled().filter(publish_at__lte=now):
        before = bool(restored and row.publish_at and row.publish_at <= restored)
        try:
            statement = _publish(row.pk, before_restore=before)
        except Exception:  # the others go out, and this one is tried again
            logger.exception("the scheduled notice %d cannot be published", row.pk)
        else:
            said += [statement] if statement else []
    return said


def _publish(key: int, *, before_restore: bool) -> Statement | None:
    """Publish one, give it back, or hold it; None where it was not published."""
    with publishing() as now, override(CHINESE):
        row = Proposal.objects.select_for_update().get(pk=key)
        if row.state != ProposalState.SCHEDULED:
            return None
        try:
            with transaction.atomic():
                statement = _published(row, now, before_restore=before_restore)
        except Changed as error:
            _hold(row, str(error))
        except ValidationError as error:
            give_back(row, None, _not_published(error))
        else:
            decide(row, ProposalState.PUBLISHED, row.approved_by, statement)
            draft_finish(row.token)
            return statement
        logger.warning("the scheduled notice %d is not published: %s", key, row.note)
        return None


def _published(row: Proposal, now: datetime, *, before_restore: bool) -> Statement:
    if before_restore:
        raise Changed(_("It was due before the restore and may be public already."))
    check_author_stays(row.proposed_by)
    _check_incident(row)
    if not _stands_for(row):
        raise Changed(_("Nobody who may approve stands for it any more."))
    preview, act = foreseen_of(row), act_of(row)
    # Before it is published: what is signed is not taken back.
    again = canonical(dict(act.content_at(row, now)))
    if preview.digest != row.seen or again != canonical(dict(preview.content)):
        raise Changed(_("What this changes is no longer what was reviewed."))
    return act.publish(row, row.approved_by)


def _check_incident(row: Proposal) -> None:
    """Raise ValidationError where its incident was published in error, and that was said since."""
    closed = closed_in_error(row.draft.get("incident_id", ""))
    if closed and closed.published_at > (row.decided_at or row.proposed_at):
        raise ValidationError(_("Its incident was published in error and is closed."))


def _stands_for(row: Proposal) -> bool:
    """Return whether its approver may still approve, or one person may publish it, as was so."""
    if row.approved_by:
        return may_now(row.approved_by, Act.APPROVE)
    return not approval_of_notice(notice_kind(row.kind)).binds(row.proposed_by, alone=True)


def _hold(row: Proposal, why: str) -> None:
    """Have a second person look at it again; what they approve goes out at once."""
    row.state, row.note, row.held_at = ProposalState.WAITING, why, database_now()
    row.decided_by = row.decided_at = None
    row.save()


def _not_published(error: ValidationError) -> str:
    return _("It was not published at its time: %(why)s") % {"why": " ".join(error.messages)}
