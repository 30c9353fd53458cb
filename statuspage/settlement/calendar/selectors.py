"""Reading the calendar as it was known at a moment."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from statuspage.settlement.calendar.models import (
    CalendarDay,
    CalendarProfile,
    CalendarYear,
    YearStatus,
)
from statuspage.settlement.workdays import Calendar, Day

# A handful of profiles, and as many moments as people ask about in one go.
CALENDARS_KEPT: Final = 64


def calendar_of(profile: str, as_of: datetime | None = None) -> Calendar:
    """The calendar of a profile as it was known at `as_of`, or is now.

    One query says which years there are and whether a day was added; the days themselves are
    read once in each process.

    Raises:
        CalendarProfile.DoesNotExist: there is no such profile.
    """
    moment = as_of or timezone.now()
    known = CalendarDay.objects.filter(profile=OuterRef("pk"), known_from__lte=moment)
    loaded = Q(years__known_from__lte=moment) & ~Q(years__status=YearStatus.UNPUBLISHED)
    found = CalendarProfile.objects.annotate(
        loaded=ArrayAgg("years__year", filter=loaded, default=[]),
        last=Subquery(known.order_by("-pk").values("pk")[:1]),
        newest=Subquery(known.order_by("-known_from").values("known_from")[:1]),
    ).get(code=profile)
    days = _days(found.pk, found.last, found.newest) if found.last else {}
    return Calendar(frozenset(found.loaded), days)


@lru_cache(maxsize=CALENDARS_KEPT)
def _days(profile: int, last: int, newest: datetime) -> Mapping[date, Day]:
    """Facts are only ever added, so the newest of a selection tells it from every other."""
    facts = CalendarDay.objects.filter(profile=profile, pk__lte=last, known_from__lte=newest)
    return {
        one.date: Day(settles=one.settles, kind=one.kind, label=one.label)
        for one in facts.order_by("known_from", "pk")
    }


def changed_at(profile: str) -> datetime | None:
    """When a day of the profile last changed; None before the first was entered."""
    facts = CalendarDay.objects.filter(profile__code=profile, known_from__lte=timezone.now())
    newest: datetime | None = facts.aggregate(newest=Max("known_from"))["newest"]
    return newest


def profiles() -> QuerySet[CalendarProfile]:
    """Every profile, the domestic one first."""
    return CalendarProfile.objects.all()


def years(profile: str) -> QuerySet[CalendarYear]:
    """The years of a profile that anything is known about, in order."""
    return (
        CalendarYear.objects.filter(profile__code=profile)
        .select_related("profile", "loaded_by", "reviewed_by")
        .order_by("year")
    )
