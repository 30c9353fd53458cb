"""Set up, announce and stop recurring maintenance."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.recurrence import BEIJING, Frequency, RecurrenceRule
from statuspage.incidents.services.maintenances import DueOccurrence, maintenance_schedule
from statuspage.lib.database_clock import database_now
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.placeholders import clean_said
from statuspage.statements.restoring import restored_at
from statuspage.statements.texts import Text

LONGEST_MINUTES: Final = 72 * 60
MOST_DAYS: Final = 90

logger = logging.getLogger(__name__)


def recurrence_create(
    *,
    name: Text,
    body: Text,
    components: Sequence[str],
    rule: RecurrenceRule,
    minutes: int,
    ahead_days: int,
    automatic: bool,
    author: Author,
) -> Recurrence:
    """Create a recurring maintenance; nothing is published yet.

    Raises:
        ValidationError: a text, component, frequency, duration or lead is not usable.
    """
    name, body = clean_said(name, max_length=NAME_LENGTH), clean_said(body)
    found = components_by_public_id(components)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValidationError({"minutes": _("Enter between one minute and three days.")})
    if not 0 < ahead_days <= MOST_DAYS:
        raise ValidationError({"ahead_days": _("Enter 1 to 90 days.")})
    with transaction.atomic():
        row = Recurrence.objects.create(
            name=name,
            body=body,
            frequency=clean_choice(Frequency, rule.frequency),
            first=rule.first,
            at=rule.at,
            minutes=minutes,
            ahead_days=ahead_days,
            automatic=automatic,
            author_id=author.pk,
        )
        row.components.set(found.values())
    return row


def recurrence_stop(recurrence: Recurrence) -> None:
    """Stop a recurrence; occurrences already announced stay announced."""
    Recurrence.objects.filter(pk=recurrence.pk, stopped_at=None).update(stopped_at=database_now())


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
                # It stays in the list of due occurrences, where staff can give a reason.
                logger.warning("recurrence %s is not announced: %s", one.recurrence.pk, error.code)
    return said


def _announce(one: DueOccurrence) -> Statement:
    row = one.recurrence
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
    known = Maintenance.objects.filter(recurrence=row, occurrence__in=starts)
    announced = set(known.values_list("occurrence", flat=True))
    return [one for one in starts if one not in announced]
