"""One notice for several calendars: loaded into each, and reviewed for each, in one act."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError

from statuspage.calendar.differences import DayChange
from statuspage.calendar.models import CalendarProfile
from statuspage.calendar.notice_text import HolidayNotice
from statuspage.calendar.services import notice_load, year_load, year_review
from statuspage.statements.authors import Author
from statuspage.statements.services import publishing
from statuspage.statements.texts import for_reader

Result = TypeVar("Result")


def load_together(
    profiles: Sequence[CalendarProfile],
    *,
    year: int,
    notice: HolidayNotice | None,
    by: Author,
    reason: str = "",
) -> list[list[DayChange]]:
    """Load a year into every calendar or into none: from the notice, else from the library.

    Raises:
        ValidationError: as for one calendar, which it names where there are several.
        NotYetPublished: the library does not know the year.
    """

    def load(one: CalendarProfile) -> list[DayChange]:
        if notice:
            return notice_load(profile=one.code, notice=notice, by=by, reason=reason)
        return year_load(profile=one.code, year=year, by=by)

    with publishing():
        return for_each(profiles, load)


def review_together(loads: Mapping[CalendarProfile, datetime], *, year: int, by: Author) -> None:
    """Review a year of every calendar or of none, each by the load that was looked at.

    Raises:
        ValidationError: as for one calendar, which it names where there are several.
    """
    with publishing():
        for_each(
            [*loads],
            lambda one: year_review(profile=one.code, year=year, by=by, loaded_at=loads[one]),
        )


def for_each(
    profiles: Sequence[CalendarProfile], act: Callable[[CalendarProfile], Result]
) -> list[Result]:
    """Return what an act gives for each calendar; a refusal names its own among several.

    Raises:
        ValidationError: the act refuses one of them.
    """
    return [_named(one, act, alone=len(profiles) == 1) for one in profiles]


def _named(
    profile: CalendarProfile, act: Callable[[CalendarProfile], Result], *, alone: bool
) -> Result:
    try:
        return act(profile)
    except ValidationError as error:
        if alone:
            raise
        name = for_reader(profile.name)
        raise ValidationError([f"{name}: {one}" for one in error.messages]) from error
