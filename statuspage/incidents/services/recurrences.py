"""Maintenance that comes back: set up, announced in time, stopped."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.recurrence import BEIJING, Frequency, Rule
from statuspage.incidents.services.incidents import NAME_LENGTH
from statuspage.incidents.services.maintenances import Occurrence, maintenance_schedule
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text, clean_text

LONGEST_MINUTES: Final = 72 * 60
MOST_DAYS: Final = 90

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """One of a row that ought to be announced by now."""

    recurrence: Recurrence
    start: datetime

    @property
    def end(self) -> datetime:
        """When it is to be over."""
        return self.start + timedelta(minutes=self.recurrence.minutes)


def recurrence_create(
    *,
    name: Text,
    body: Text,
    components: Sequence[str],
    rule: Rule,
    minutes: int,
    ahead_days: int,
    automatic: bool,
    author: Author,
) -> Recurrence:
    """Set up a row; nothing is said yet.

    Raises:
        ValidationError: a text, component, frequency, duration or lead is not usable.
    """
    name, body = clean_text(name, max_length=NAME_LENGTH), clean_text(body)
    found = components_by_public_id(components)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValidationError({"minutes": _("Between one minute and three days.")})
    if not 0 < ahead_days <= MOST_DAYS:
        raise ValidationError({"ahead_days": _("Between 1 and 90 days.")})
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
    """No more of it is announced; what is announced stays."""
    Recurrence.objects.filter(pk=recurrence.pk, stopped_at=None).update(stopped_at=timezone.now())


def recurrences() -> QuerySet[Recurrence]:
    """Those that go on."""
    return Recurrence.objects.filter(stopped_at=None).prefetch_related("components")


def due(now: datetime | None = None) -> list[Due]:
    """What ought to be announced by now and is not, the next first."""
    moment = now or timezone.now()
    found = [
        Due(row, start)
        for row in recurrences()
        for start in _open(row, moment, moment + timedelta(days=row.ahead_days))
    ]
    return sorted(found, key=lambda one: one.start)


def foreseen(begin: datetime, end: datetime) -> list[Due]:
    """What the rules have for a span and is not announced yet."""
    return [Due(row, start) for row in recurrences() for start in _open(row, begin, end)]


def recurrences_announce(now: datetime | None = None) -> list[Statement]:
    """Announce what the clock is to announce; safe to call as often as one likes."""
    said = []
    for one in due(now):
        if one.recurrence.automatic:
            try:
                said.append(_announce(one))
            except ValidationError as error:
                # It stays among what is due, where staff see it and can give a reason.
                logger.warning("recurrence %s is not announced: %s", one.recurrence.pk, error.code)
    return said


def _announce(one: Due) -> Statement:
    row = one.recurrence
    return maintenance_schedule(
        name=row.name,
        body=row.body,
        components=[component.public_id for component in row.components.all()],
        scheduled_for=one.start,
        scheduled_until=one.end,
        author=row.author,
        occurrence=Occurrence(row, one.start),
    )


def _open(row: Recurrence, begin: datetime, end: datetime) -> list[datetime]:
    starts = row.rule.between(begin.astimezone(BEIJING), end.astimezone(BEIJING))
    known = Maintenance.objects.filter(recurrence=row, occurrence__in=starts)
    announced = set(known.values_list("occurrence", flat=True))
    return [one for one in starts if one not in announced]
