"""Cases of which nothing is public: opened, over, and tied to the incident that is published."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from statuspage.incidents.models import Incident
from statuspage.lib.database_clock import database_now
from statuspage.regulator.clock import COUNTED, GRADES, Grade
from statuspage.regulator.models import CompletedDuty, Estimate, PrivateCase, RegimeStart
from statuspage.regulator.regimes import Cause, Regime
from statuspage.regulator.selectors import latest_estimate, standing_of
from statuspage.regulator.services import regime_start
from statuspage.statements.authors import Author
from statuspage.statements.times import whole_minute


def case_open(
    *,
    token: UUID,
    title: str,
    regime: str,
    cause: str,
    detail: str,
    known_at: datetime,
    grade: str = "",
    by: Author,
) -> tuple[PrivateCase, bool]:
    """Open a case and start its regime's clock; the form with this token does so once.

    Returns the case, and whether it was made now.

    Raises:
        ValidationError: there is no title, or as `regime_start` does.
    """
    if not title.strip():
        raise ValidationError({"title": _("Say in a few words what it is about.")})
    given = {
        "title": title.strip(),
        "started_at": known_at,
        "opened_at": database_now(),
        "opened_by": by,
    }
    with transaction.atomic():
        case, made = PrivateCase.objects.get_or_create(token=token, defaults=given)
        if made:
            facts = {"regime": regime, "cause": cause, "detail": detail, "grade": grade}
            regime_start(subject=case, known_at=known_at, by=by, **facts)
    return case, made


def case_end(*, case: PrivateCase, at: datetime | None, by: Author) -> None:
    """Note when it was over, or with None that it is not: the final report counts from then.

    Raises:
        ValidationError: the time is wrong, or the case was tied to an incident (`superseded`).
    """
    if at and not whole_minute(case.started_at) <= at <= database_now():
        raise ValidationError({"at": _("The time must be between the start and now.")})
    untied = PrivateCase.objects.filter(pk=case.pk, incident=None)
    if not untied.update(resolved_at=at, resolved_by=by if at else None):
        raise ValidationError(_("This is already tied to an incident."), code="superseded")


def case_tie(*, case: PrivateCase, incident: Incident, by: Author) -> None:
    """Give all that was noted to a public incident, where it goes on; no deadline becomes later.

    Raises:
        ValidationError: it was tied before (`superseded`), the incident was withdrawn, or both
            have the same cause or the same report; one of them has to be closed first.
    """
    if incident.in_error:
        raise ValidationError({"incident": _("This incident was withdrawn. Choose another.")})
    with transaction.atomic():
        locked = PrivateCase.objects.select_for_update().get(pk=case.pk)
        if locked.incident_id:
            raise ValidationError(_("This is already tied to an incident."), code="superseded")
        target = Incident.objects.select_for_update().get(pk=incident.pk)
        if twice := [*_causes_of_both(locked, target), *_reports_of_both(locked, target)]:
            problem = _("Both have this. Close or undo one of them first: %(what)s.")
            raise ValidationError({"incident": problem % {"what": " / ".join(twice)}})
        both = _together(locked, target, by)
        for model in (Estimate, RegimeStart, CompletedDuty):
            model.objects.filter(case=locked).update(incident=target)
        Estimate.objects.bulk_create(both)
        locked.incident, locked.tied_at, locked.tied_by = target, database_now(), by
        locked.save(update_fields=["incident", "tied_at", "tied_by"])


def _causes_of_both(case: PrivateCase, incident: Incident) -> Iterator[str]:
    started = set(incident.regime_starts.filter(closed_at=None).values_list("regime", "cause"))
    for one in case.regime_starts.filter(closed_at=None):
        if (one.regime, one.cause) in started:
            yield f"{Regime(one.regime).label} · {Cause(one.cause).label}"


def _reports_of_both(case: PrivateCase, incident: Incident) -> Iterator[str]:
    done = set(incident.ticks.filter(voided_at=None).values_list("regime", "duty"))
    for one in case.ticks.filter(voided_at=None):
        if (one.regime, one.duty) in done:
            yield f"{Regime(one.regime).label} · {one.get_duty_display()}"


def _together(case: PrivateCase, incident: Incident, by: Author) -> list[Estimate]:
    """Return the figures of both as new rows: the last row counts, and neither may be lost."""
    pairs = {one: (latest_estimate(case, one), latest_estimate(incident, one)) for one in Regime}
    return [
        _joined(case, incident, regime, (own, other), by)
        for regime, (own, other) in pairs.items()
        if own and other
    ]


def _joined(
    case: PrivateCase,
    incident: Incident,
    regime: Regime,
    rows: tuple[Estimate, Estimate],
    by: Author,
) -> Estimate:
    now = database_now()
    begun = [standing_of(one, regime, now).clock.begun_at for one in (case, incident)]
    grades = [Grade(one.grade) for one in rows if one.grade]
    return Estimate(
        incident=incident,
        case=case,
        regime=regime,
        grade=max(grades, key=GRADES.index, default=""),
        known_at=min((one for one in begun if one), default=None),
        noted_at=now,
        noted_by=by,
        **{name: _larger(rows, name) for name in COUNTED},
    )


def _larger(rows: tuple[Estimate, Estimate], name: str) -> int | None:
    return max((one for row in rows if (one := getattr(row, name)) is not None), default=None)
