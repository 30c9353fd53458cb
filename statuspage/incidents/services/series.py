"""Set up, edit and stop a series of recurring maintenance, and skip one of its dates."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import takewhile
from typing import Any, Final, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import MAINTENANCE_OVER
from statuspage.incidents.models import Recurrence, RecurrenceSkip
from statuspage.incidents.occurrences import announced_on, day_of, skipped_on
from statuspage.incidents.recurrence import Frequency, RecurrenceRule
from statuspage.incidents.services.impacts import Superseded
from statuspage.lib.database_clock import database_now
from statuspage.staff.audit import changes, record
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.placeholders import clean_said
from statuspage.statements.services import publishing
from statuspage.statements.texts import Text

LONGEST_MINUTES: Final = 72 * 60
MOST_DAYS: Final = 90
FIELDS: Final = (
    *("name", "body", "frequency", "first", "last", "at", "minutes", "ahead_days", "automatic"),
)


class Series(TypedDict):
    """A recurring maintenance; `components` are public ids."""

    name: Text
    body: Text
    components: Sequence[str]
    rule: RecurrenceRule
    minutes: int
    ahead_days: int
    automatic: bool


def recurrence_create(*, author: Author, **said: Unpack[Series]) -> Recurrence:
    """Create a recurring maintenance; nothing is published yet.

    Raises:
        ValidationError: a text, component, frequency, day, duration or lead is not usable.
    """
    components = components_by_public_id(said["components"]).values()
    values = _values(said)
    _check_last(said["rule"], None)
    with transaction.atomic():
        row = Recurrence.objects.create(**values, author_id=author.pk)
        row.components.set(components)
    return row


def recurrence_edit(*, recurrence: Recurrence, author: Author, **said: Unpack[Series]) -> int:
    """Change a series for its coming dates; what is announced already stays as it is.

    Whoever edits it is the author of what the clock announces from now on. New dates up to the
    last one that is announced are skipped, or the same work would be announced for two days;
    returns how many.

    Raises:
        Superseded: someone else changed it since `recurrence` was read, or stopped it (`stopped`).
        ValidationError: a text, component, frequency, day, duration or lead is not usable.
    """
    components = components_by_public_id(said["components"]).values()
    values = _values(said)
    with transaction.atomic():
        row = Recurrence.objects.select_for_update().get(pk=recurrence.pk)
        if row.stopped_at:
            raise Superseded(
                _("Someone stopped this series. Set up a new one instead."), code="stopped"
            )
        if row.version != recurrence.version:
            raise Superseded(
                _("Someone else has changed this series. Check it and save again."),
                code="superseded",
            )
        _check_last(said["rule"], row.last)
        before, rule = _shown(row, row.components.all()), row.rule
        Recurrence.objects.filter(pk=row.pk).update(
            **values, author_id=author.pk, version=row.version + 1
        )
        row.components.set(components)
        row.refresh_from_db()
        old, new = changes(before, _shown(row, components))
        _record("recurrence.edited", row, author, before=old, after=new)
        return _skip_before_announced(row, rule, author)


def _skip_before_announced(row: Recurrence, before: RecurrenceRule, staff: Author) -> int:
    """Skip the dates that only the edited rule has, up to the last one that is announced."""
    moment, announced = database_now(), announced_on(row)
    lasting = [one.occurrence for one in announced.values() if one.over_at is None]
    last = max((day_of(one) for one in lasting if one), default=None)
    taken = announced.keys() | skipped_on(row).keys()
    coming = takewhile(lambda one: last and day_of(one) <= last, row.rule.after(moment))
    days = [day_of(one) for one in coming]
    added = [one for one in days if one not in taken and before.on(one) is None]
    for day in added:
        _decide(row, day, staff, moment, skipped=True)
    return len(added)


def recurrence_stop(recurrence: Recurrence) -> None:
    """Stop a recurrence; occurrences already announced stay announced."""
    Recurrence.objects.filter(pk=recurrence.pk, stopped_at=None).update(stopped_at=database_now())


def occurrence_skip(*, recurrence: Recurrence, day: date, staff: Author) -> None:
    """Skip one coming date of a series; a date that is skipped already stays so.

    Raises:
        ValidationError: the series has no such date, it is past, or it is announced (`announced`).
    """
    # The publishers' lock: either the clock sees this decision, or this sees its announcement.
    with publishing() as moment:
        _check_coming(recurrence, day, moment)
        if (known := announced_on(recurrence).get(day)) and known.status not in MAINTENANCE_OVER:
            raise ValidationError(
                _("This date is already announced. Cancel the maintenance instead."),
                code="announced",
            )
        if known:
            raise ValidationError(_("The maintenance of this date is already over."), code="over")
        if day not in skipped_on(recurrence):
            _decide(recurrence, day, staff, moment, skipped=True)


def occurrence_take_back(*, recurrence: Recurrence, day: date, staff: Author) -> None:
    """No longer skip a date, until it has come; one that is not skipped stays as it is.

    Raises:
        ValidationError: the series has no such date, or it is past.
    """
    with publishing() as moment:
        _check_coming(recurrence, day, moment)
        if day in skipped_on(recurrence):
            _decide(recurrence, day, staff, moment, skipped=False)


def _decide(
    recurrence: Recurrence, day: date, staff: Author, moment: datetime, *, skipped: bool
) -> None:
    RecurrenceSkip.objects.create(
        recurrence=recurrence, day=day, skipped=skipped, staff_id=staff.pk, at=moment
    )
    act = "recurrence.skipped" if skipped else "recurrence.skip_taken_back"
    _record(act, recurrence, staff, after={"day": day.isoformat()})


def _check_coming(recurrence: Recurrence, day: date, moment: datetime) -> None:
    # The row as it now is: the series may have been edited since it was read.
    row = Recurrence.objects.get(pk=recurrence.pk)
    start = row.rule.on(day)
    if start is None or start <= moment or row.stopped_at:
        raise ValidationError(_("This series has no coming date on that day."), code="day")


def _values(said: Series) -> dict[str, Any]:
    """Return the columns of a series, checked."""
    rule = said["rule"]
    if not 0 < said["minutes"] <= LONGEST_MINUTES:
        raise ValidationError({"minutes": _("Enter between one minute and three days.")})
    if not 0 < said["ahead_days"] <= MOST_DAYS:
        raise ValidationError({"ahead_days": _("Enter 1 to 90 days.")})
    return {
        "name": clean_said(said["name"], max_length=NAME_LENGTH),
        "body": clean_said(said["body"]),
        "frequency": clean_choice(Frequency, rule.frequency),
        "first": rule.first,
        "last": rule.last,
        "at": rule.at,
        "minutes": said["minutes"],
        "ahead_days": said["ahead_days"],
        "automatic": said["automatic"],
    }


def _check_last(rule: RecurrenceRule, present: date | None) -> None:
    """Refuse an end before the first day, or in the past where it was not there already."""
    if rule.last is None:
        return
    if rule.last < rule.first:
        raise ValidationError({"last": _("The last day cannot be before the first day.")})
    if rule.last != present and rule.last < timezone.localdate(database_now()):
        raise ValidationError(
            {"last": _("This day is past. To end the series now, stop repeating.")}
        )


def _shown(row: Recurrence, components: Any) -> dict[str, Any]:
    """Return a series as the audit log keeps it."""
    values = {name: getattr(row, name) for name in FIELDS}
    chosen: list[Component] = sorted(components, key=lambda one: one.pk)
    return {
        **{
            name: value.isoformat() if name in {"first", "last", "at"} and value else value
            for name, value in values.items()
        },
        "components": [one.public_id for one in chosen],
    }


def _record(act: str, row: Recurrence, staff: Author, **values: Any) -> None:
    record(act=act, staff=staff, target=f"recurrence {row.pk}", **values)
