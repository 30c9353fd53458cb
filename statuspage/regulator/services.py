"""Noting figures for the regulator, and ticking off what was reported; all of it stays private."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.incidents.models import Incident
from statuspage.regulator.clock import COUNTED
from statuspage.regulator.models import Estimate, Tick
from statuspage.regulator.selectors import standing_of
from statuspage.statements.authors import Author

EVIDENCE_LENGTH: Final = 1000
MOST: Final = 10**12


def estimate_note(
    *, incident: Incident, figures: Mapping[str, int | None], grade: str = "", by: Author
) -> Estimate:
    """Note what is known now; a figure that is left out is not known.

    Raises:
        ValidationError: nothing is said, or a figure is out of bounds.
    """
    known = {name: figures.get(name) for name in COUNTED}
    if not grade and all(one is None for one in known.values()):
        raise ValidationError(_("Enter at least one figure, or a grade."))
    if any(one is not None and not 0 <= one <= MOST for one in known.values()):
        raise ValidationError(_("A figure is out of bounds."))
    return Estimate.objects.create(
        incident=incident, grade=grade, noted_at=timezone.now(), noted_by=by, **known
    )


def duty_tick(
    *, incident: Incident, duty: str, evidence: str, done_at: datetime, by: Author
) -> Tick:
    """Tick off what was reported.

    Raises:
        ValidationError: there is no such duty (yet), no evidence, the time cannot be, or someone
            has ticked it off before (code `superseded`).
    """
    now, said = timezone.now(), evidence.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        problem = _("Say what shows that it was done: a receipt number, who took the call.")
        raise ValidationError({"evidence": problem})
    if not incident.started_at <= done_at <= now:
        problem = _("It was done between the start of the incident and now.")
        raise ValidationError({"done_at": problem})
    with transaction.atomic():
        # Two people tick one after the other.
        locked = Incident.objects.select_for_update().get(pk=incident.pk)
        _check_owed(locked, duty, now)
        return Tick.objects.create(
            incident=locked,
            duty=duty,
            evidence=said,
            done_at=done_at,
            ticked_at=now,
            ticked_by=by,
        )


def tick_void(*, tick: Tick, reason: str, by: Author) -> None:
    """Take back what was ticked off by mistake: it is owed again, and both stay on record.

    Raises:
        ValidationError: there is no reason, or it was taken back before (code `superseded`).
    """
    said = reason.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        raise ValidationError(_("Say why it is taken back."))
    standing = Tick.objects.filter(pk=tick.pk, voided_at=None)
    if not standing.update(voided_at=timezone.now(), voided_by=by, void_reason=said):
        raise ValidationError(_("This was taken back before."), code="superseded")


def _check_owed(incident: Incident, duty: str, now: datetime) -> None:
    line = next((one for one in standing_of(incident, now).lines if one.duty == duty), None)
    if line is None or line.by is None:
        raise ValidationError(_("No such report is due for this incident yet."))
    if line.tick is not None:
        raise ValidationError(_("This was ticked off before."), code="superseded")
