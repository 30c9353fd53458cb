"""Announce what recurs: which occurrences are due, and those that the clock announces itself."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from statuspage.incidents.models import Recurrence
from statuspage.incidents.occurrences import next_open, still_open
from statuspage.incidents.recurrence import BEIJING
from statuspage.incidents.services.maintenances import DueOccurrence, maintenance_schedule
from statuspage.lib.database_clock import database_now
from statuspage.notices.services import check_author_stays
from statuspage.statements.models import Statement
from statuspage.statements.restoring import restored_at

logger = logging.getLogger(__name__)


def recurrences() -> QuerySet[Recurrence]:
    """Return the recurrences that are not stopped."""
    return Recurrence.objects.filter(stopped_at=None).prefetch_related("components")


def due(now: datetime | None = None) -> list[DueOccurrence]:
    """Return the occurrences that should be announced by now and are not, the next first."""
    moment = now or database_now()
    found = [
        DueOccurrence(row, start)
        for row in recurrences()
        for start in _open(row, moment, moment + timedelta(days=row.ahead_days))
    ]
    return sorted(found, key=lambda one: one.start)


def foreseen(begin: datetime, end: datetime) -> list[DueOccurrence]:
    """Return the occurrences in a time span that are not announced yet."""
    return [DueOccurrence(row, start) for row in recurrences() for start in _open(row, begin, end)]


def next_foreseen(now: datetime) -> DueOccurrence | None:
    """Return the next occurrence that is not announced yet, or None."""
    found = [(row, next_open(row, now)) for row in recurrences()]
    coming = [DueOccurrence(row, start) for row, start in found if start]
    return min(coming, key=lambda one: one.start, default=None)


def recurrences_announce(now: datetime | None = None) -> list[Statement]:
    """Announce the due occurrences of automatic recurrences; safe to call at any time.

    One that was due before a restore may have been announced since the backup: it stays in the
    list of due occurrences, where staff decide.
    """
    said = []
    restored = restored_at()
    for one in due(now):
        if one.recurrence.automatic and not (restored and one.announced_from <= restored):
            try:
                said.append(_announce(one))
            except ValidationError as error:
                # It stays in the list of due occurrences, where staff decide.
                logger.warning("recurrence %s is not announced: %s", one.recurrence.pk, error.code)
    return said


def _announce(one: DueOccurrence) -> Statement:
    row = one.recurrence
    check_author_stays(row.author)
    return maintenance_schedule(
        name=row.name,
        body=row.body,
        components=[component.public_id for component in row.components.all()],
        scheduled_for=one.start,
        scheduled_until=one.end,
        author=row.author,
        due=one,
    )


def _open(row: Recurrence, begin: datetime, end: datetime) -> list[datetime]:
    starts = row.rule.between(begin.astimezone(BEIJING), end.astimezone(BEIJING))
    return list(still_open(row, starts)) if starts else []
