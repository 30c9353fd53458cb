"""Open incidents whose alerts are all over: staff are asked to say so in public."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.lib.database_clock import database_now
from statuspage.lib.waiting import WaitingItem
from statuspage.monitors.drafting import is_over
from statuspage.monitors.models import Signal
from statuspage.monitors.selectors import OPENED
from statuspage.staff.permissions import Act
from statuspage.statements.models import Statement

# Of what staff published from an alert without a rule.
QUIET: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class AlertsOver:
    """All alerts of an open incident are over, and have been for the quiet time of their rules."""

    incident: Incident
    # When the last one ended.
    since: datetime
    # Nobody confirmed it when it was published, so nobody may be watching: staff are told.
    automatic: bool


def alerts_over(now: datetime | None = None) -> list[AlertsOver]:
    """Return the open incidents that monitors reported and report no more, longest first."""
    moment = now or database_now()
    by_incident: dict[Incident, list[Signal]] = {}
    for one in _signals_of_open_incidents():
        incident = one.draft.incident if one.draft and one.draft.incident else one.incident
        if incident:
            by_incident.setdefault(incident, []).append(one)
    quiet = {
        incident: max(one.ended_at for one in signals if one.ended_at)
        for incident, signals in by_incident.items()
        if _are_over(signals, moment)
    }
    automatic = _opened_by_nobody(quiet)
    found = [AlertsOver(one, since, one.public_id in automatic) for one, since in quiet.items()]
    return sorted(found, key=lambda one: (one.since, one.incident.pk))


def alerts_over_of(incident: Incident) -> AlertsOver | None:
    """Return it for one incident; None where one of its alerts fires, or it had none."""
    return next((one for one in alerts_over() if one.incident.pk == incident.pk), None)


def to_resolve() -> Iterator[WaitingItem]:
    """Yield incidents that a rule published and whose alerts are over, for staff to resolve.

    An alert that fires again takes its incident from the list; once it is over, that is another
    item, of which staff are told again.
    """
    for one in alerts_over():
        if one.automatic:
            yield WaitingItem(
                key=f"over {one.incident.public_id} {one.since.isoformat()}",
                kind=_("All alerts are over"),
                name=one.incident.name,
                since=one.since,
                path=reverse("console:incident_resolve", args=[one.incident.public_id]),
                act=Act.PUBLISH,
                resolves=True,
            )


def _signals_of_open_incidents() -> Iterable[Signal]:
    def is_open(field: str) -> Q:
        opened = Q(**{f"{field}__isnull": False})
        return opened & ~Q(**{f"{field}__status": IncidentStatus.RESOLVED})

    rows = Signal.objects.filter(is_open("draft__incident") | is_open("incident"))
    return rows.select_related("draft__incident", "draft__rule", "incident")


def _are_over(signals: Iterable[Signal], now: datetime) -> bool:
    return all(_is_over(one, now) for one in signals)


def _is_over(signal: Signal, now: datetime) -> bool:
    """Return whether the signal ended, and stayed so for the quiet time of its rule."""
    quiet = timedelta(minutes=signal.draft.rule.quiet_minutes) if signal.draft else QUIET
    if signal.ended_at is None:
        return False
    return is_over(signal.ended_at, firing=signal.firing, quiet=quiet, now=now)


def _opened_by_nobody(incidents: Iterable[Incident]) -> set[str]:
    """Return the public ids of those whose first statement has no author: a rule published it."""
    ids = [one.public_id for one in incidents]
    rows = Statement.objects.filter(
        kind=OPENED, subject_type="incident", subject_id__in=ids, author=None
    )
    return set(rows.values_list("subject_id", flat=True))
