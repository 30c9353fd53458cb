"""Read the calendar as it was known at a moment, and count working days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.models import (
    DOMESTIC,
    CalendarDay,
    CalendarProfile,
    CalendarYear,
    YearStatus,
)
from statuspage.calendar.workdays import (
    ONE_DAY,
    Calendar,
    Day,
    NotYetPublished,
    days_between,
    ordinary,
)

# Enough for a few profiles, each at the moments that one page asks about.
CALENDARS_KEPT: Final = 64
# The count of working days stops after this.
FAR_AHEAD: Final = timedelta(days=60)


def promised_calendar(profile: str, as_of: datetime | None = None) -> Calendar:
    """Return the calendar by which the public is told dates: without what one person loaded.

    Such a year is as good as not published until a second person has reviewed it. What a command
    loaded on the server counts at once.
    """
    return calendar_of(profile, as_of, vouched=True)


def calendar_of(profile: str, as_of: datetime | None = None, *, vouched: bool = False) -> Calendar:
    """Return the calendar of a profile as it was known at `as_of`, by default now.

    `vouched` leaves out the years that a person loaded and no second one reviewed.
    One query reads the years and checks for added days; the days themselves are cached in each
    process.

    Raises:
        CalendarProfile.DoesNotExist: there is no such profile.
    """
    moment = as_of or timezone.now()
    known = CalendarDay.objects.filter(profile=OuterRef("pk"), known_from__lte=moment)
    loaded = Q(years__known_from__lte=moment) & ~Q(years__status=YearStatus.UNPUBLISHED)
    if vouched:
        loaded &= Q(years__status=YearStatus.REVIEWED) | Q(years__loaded_by=None)
    found = CalendarProfile.objects.annotate(
        loaded=ArrayAgg("years__year", filter=loaded, default=[]),
        last=Subquery(known.order_by("-pk").values("pk")[:1]),
        newest=Subquery(known.order_by("-known_from").values("known_from")[:1]),
    ).get(code=profile)
    days = _days(found.pk, found.last, found.newest) if found.last else {}
    return Calendar(frozenset(found.loaded), days)


@lru_cache(maxsize=CALENDARS_KEPT)
def _days(profile: int, last: int, newest: datetime) -> Mapping[date, Day]:
    """Return the days known at `newest`; cached, because facts are added and never changed."""
    facts = CalendarDay.objects.filter(profile=profile, pk__lte=last, known_from__lte=newest)
    return {
        one.date: Day(settles=one.settles, kind=one.kind, label=one.label)
        for one in facts.order_by("known_from", "pk")
    }


def changed_at(profile: str) -> datetime | None:
    """Return when a day of the profile last changed, or None before the first was entered."""
    facts = CalendarDay.objects.filter(profile__code=profile, known_from__lte=timezone.now())
    newest: datetime | None = facts.aggregate(newest=Max("known_from"))["newest"]
    return newest


def profile_of(code: str) -> CalendarProfile:
    """Return the profile with that code.

    Raises:
        ValidationError: there is no such profile.
    """
    try:
        return CalendarProfile.objects.get(code=code)
    except CalendarProfile.DoesNotExist as error:
        problem = _("Calendar “%(code)s” not found.") % {"code": code}
        raise ValidationError({"profile": problem}, code="profile") from error


def profiles() -> QuerySet[CalendarProfile]:
    """Return every profile, the domestic one first."""
    return CalendarProfile.objects.all()


def years(profile: str) -> QuerySet[CalendarYear]:
    """Return the years of a profile that have a row, in order."""
    return (
        CalendarYear.objects.filter(profile__code=profile)
        .select_related("profile", "loaded_by", "reviewed_by")
        .order_by("year")
    )


def working_days_between(announced: date, starts: date) -> int:
    """Return the number of working days strictly between two dates.

    In a year that is not loaded, Monday to Friday count as working days: the number is for a
    minimum notice period and gives no payout date.
    """
    calendar = calendar_of(DOMESTIC)
    last = min(starts, announced + FAR_AHEAD)
    return sum(
        (calendar.day(day) if day.year in calendar.years else ordinary(day)).settles
        for day in days_between(announced + ONE_DAY, last - ONE_DAY)
    )


def working_day_after(day: date, count: int) -> date | None:
    """Return the `count`-th working day after a date, or None beyond the loaded calendar."""
    calendar = calendar_of(DOMESTIC)
    try:
        for _each in range(count):
            day = calendar.next_settling(day)
    except NotYetPublished:
        return None
    return day
