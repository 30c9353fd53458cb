"""Record figures and causes for the regulator, and mark reports as done; all of it is private."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from statuspage.lib.database_clock import database_now
from statuspage.regulator.clock import COUNTED
from statuspage.regulator.models import CompletedDuty, Estimate, PrivateCase, RegimeStart
from statuspage.regulator.regimes import CAUSES, Regime
from statuspage.regulator.selectors import standing_of
from statuspage.regulator.subjects import Subject, owner
from statuspage.statements.authors import Author
from statuspage.statements.times import whole_minute

EVIDENCE_LENGTH: Final = 1000
MOST: Final = 10**12


def estimate_note(
    *,
    subject: Subject,
    figures: Mapping[str, int | None],
    grades: Mapping[str, str] | None = None,
    known_at: datetime | None = None,
    by: Author,
) -> list[Estimate]:
    """Note what is known, for the clock of every regime; what is left out is not known.

    `grades` are those that staff decided, by regime; `known_at` is since when, now if left out.

    Raises:
        ValidationError: no figure is given, one is out of bounds, or the time is wrong.
    """
    known, judged = {name: figures.get(name) for name in COUNTED}, grades or {}
    if not any(judged.values()) and all(one is None for one in known.values()):
        raise ValidationError(_("Enter at least one figure or a grade."))
    if any(one is not None and not 0 <= one <= MOST for one in known.values()):
        raise ValidationError(_("This figure is out of range."))
    now = database_now()
    if known_at:
        _check_time(subject, "known_at", known_at, now)
    with transaction.atomic():
        locked = _locked(subject)
        return Estimate.objects.bulk_create(
            Estimate(
                **owner(locked),
                regime=regime,
                grade=judged.get(regime, ""),
                known_at=known_at,
                noted_at=now,
                noted_by=by,
                **known,
            )
            for regime in Regime
        )


def regime_start(
    *,
    subject: Subject,
    regime: str,
    cause: str,
    detail: str,
    known_at: datetime,
    grade: str = "",
    by: Author,
) -> RegimeStart:
    """Start a regime's clock for a cause, without figures; the deadlines count from `known_at`.

    Raises:
        ValidationError: this regime has no such cause, nothing is said about it, the time is
            wrong, or it was started for the same cause before (code `superseded`).
    """
    now, said = database_now(), detail.strip()
    if regime not in Regime or cause not in CAUSES[Regime(regime)]:
        raise ValidationError({"cause": _("Choose a cause of the list.")})
    if not said or len(said) > EVIDENCE_LENGTH:
        raise ValidationError({"detail": _("Say what is known.")})
    _check_time(subject, "known_at", known_at, now)
    with transaction.atomic():
        locked = _locked(subject)
        if locked.regime_starts.filter(regime=regime, cause=cause, closed_at=None).exists():
            problem = _("The deadlines are already running for this cause.")
            raise ValidationError(problem, code="superseded")
        return RegimeStart.objects.create(
            **owner(locked),
            regime=regime,
            cause=cause,
            grade=grade,
            detail=said,
            known_at=known_at,
            noted_at=now,
            noted_by=by,
        )


def regime_close(*, start: RegimeStart, reason: str, by: Author) -> None:
    """Close what was started in error: its deadlines no longer run, and it stays on record.

    Raises:
        ValidationError: there is no reason, or it was closed before (code `superseded`).
    """
    said = reason.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        raise ValidationError(_("Enter the reason for closing this."))
    standing = RegimeStart.objects.filter(pk=start.pk, closed_at=None)
    if not standing.update(closed_at=database_now(), closed_by=by, close_reason=said):
        raise ValidationError(_("This is already closed."), code="superseded")


def duty_mark_done(
    *,
    subject: Subject,
    duty: str,
    evidence: str,
    done_at: datetime,
    by: Author,
    regime: str = Regime.PAYMENT,
) -> CompletedDuty:
    """Mark a duty of a regime as done.

    Raises:
        ValidationError: there is no such duty (yet), no evidence, a wrong time, or someone
            has marked it before (code `superseded`).
    """
    now, said = database_now(), evidence.strip()
    if not said or len(said) > EVIDENCE_LENGTH:
        problem = _("Enter evidence that it was done: a receipt number or who took the call.")
        raise ValidationError({"evidence": problem})
    _check_time(subject, "done_at", done_at, now)
    with transaction.atomic():
        # Two people mark one after the other.
        locked = _locked(subject)
        _check_owed(locked, regime, duty, now)
        return CompletedDuty.objects.create(
            **owner(locked),
            regime=regime,
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


def _locked(subject: Subject) -> Any:
    """Return the subject as it now is, locked.

    Raises:
        ValidationError: the case was tied to an incident, whose rows they are now.
    """
    found = type(subject)._default_manager.select_for_update().get(pk=subject.pk)
    if isinstance(found, PrivateCase) and found.incident_id:
        problem = _("This case now belongs to a public incident. Continue there.")
        raise ValidationError(problem, code="superseded")
    return found


def _check_time(subject: Subject, field: str, at: datetime, now: datetime) -> None:
    if not whole_minute(subject.started_at) <= at <= now:
        problem = _("The time must be between the start and now.")
        raise ValidationError({field: problem})


def _check_owed(subject: Subject, regime: str, duty: str, now: datetime) -> None:
    lines = standing_of(subject, Regime(regime), now).lines if regime in Regime else ()
    line = next((one for one in lines if one.duty == duty), None)
    if line is None or line.by is None:
        raise ValidationError(_("No such report is due yet."))
    if line.tick is not None:
        raise ValidationError(_("This is already marked as done."), code="superseded")
