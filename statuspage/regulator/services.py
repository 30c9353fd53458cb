"""Record figures for the regulator, and mark reports as done; all of it is private."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from statuspage.incidents.models import Incident
from statuspage.lib.database_clock import database_now
from statuspage.regulator.clock import COUNTED
from statuspage.regulator.models import CompletedDuty, Estimate
from statuspage.regulator.selectors import standing_of
from statuspage.statements.authors import Author

EVIDENCE_LENGTH: Final = 1000
MOST: Final = 10**12


def estimate_note(
    *, incident: Incident, figures: Mapping[str, int | None], grade: str = "", by: Author
) -> Estimate:
    """Note what is known now; a figure that is left out is not known.

    Raises:
        ValidationError: no figure is given, or one is out of bounds.
    """
    known = {name: figures.get(name) for name in COUNTED}
    if not grade and all(one is None for one in known.values()):
        raise ValidationError(_("Enter at least one figure or a grade."))
    if any(one is not None and not 0 <= one <= MOST for one in known.values()):
        raise ValidationError(_("This figure is out of range."))
    return Estimate.objects.create(
        incident=incident, grade=grade, noted_at=database_now(), noted_by=by, **known
    )


def duty_mark_done(
    *, incident: Incident, duty: str, evidence: str, done_at: datetime, by: Author
) -> CompletedDuty:
    """Mark a duty as done.

    Raises:
        ValidationError: there is no such duty (yet), no evidence, a wrong time, or someone
            has marked it before (code `superseded`).
    """
    now, said = database_now(), evidence.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        problem = _("Enter evidence that it was done: a receipt number or who took the call.")
        raise ValidationError({"evidence": problem})
    if not incident.started_at <= done_at <= now:
        problem = _("The time must be between the start of the incident and now.")
        raise ValidationError({"done_at": problem})
    with transaction.atomic():
        # Two people mark one after the other.
        locked = Incident.objects.select_for_update().get(pk=incident.pk)
        _check_owed(locked, duty, now)
        return CompletedDuty.objects.create(
            incident=locked,
            duty=duty,
            evidence=said,
            done_at=done_at,
            ticked_at=now,
            ticked_by=by,
        )


def duty_mark_undone(*, done: CompletedDuty, reason: str, by: Author) -> None:
    """Undo a mark made by mistake: the duty is due again, and both stay on record.

    Raises:
        ValidationError: there is no reason, or it was undone before (code `superseded`).
    """
    said = reason.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        raise ValidationError(_("Enter the reason for undoing this."))
    standing = CompletedDuty.objects.filter(pk=done.pk, voided_at=None)
    if not standing.update(voided_at=database_now(), voided_by=by, void_reason=said):
        raise ValidationError(_("This is already undone."), code="superseded")


def _check_owed(incident: Incident, duty: str, now: datetime) -> None:
    line = next((one for one in standing_of(incident, now).lines if one.duty == duty), None)
    if line is None or line.by is None:
        raise ValidationError(_("No such report is due for this incident yet."))
    if line.tick is not None:
        raise ValidationError(_("This is already marked as done."), code="superseded")
