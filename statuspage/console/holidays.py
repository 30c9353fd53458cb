"""What forms begin with that are opened from the year's holidays, or from a notice's days."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from statuspage.approvals.holidays import HolidayArrangement, arrangement_of
from statuspage.calendar.differences import DayChange
from statuspage.calendar.models import CalendarProfile, YearStatus
from statuspage.calendar.selectors import years
from statuspage.calendar.workdays import ONE_DAY
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR
from statuspage.lib.database_clock import database_now

# The fields of a calendar change that the query string may give.
CHANGED: Final = ("profile", "first_day", "last_day", "day_kind", "day_name_zh", "day_name_en")


def by_notice(
    profile: CalendarProfile, changes: Iterable[DayChange]
) -> list[tuple[DayChange, DayChange, str]]:
    """Return the first and last day of each run in reviewed years, with the address of its notice.

    The form at that address begins with these days.
    """
    reviewed = set(
        years(profile.code).filter(status=YearStatus.REVIEWED).values_list("year", flat=True)
    )
    runs: list[list[DayChange]] = []
    for one in changes:
        if one.date.year not in reviewed:
            continue
        last = runs[-1][-1] if runs else None
        if last and last.date + ONE_DAY == one.date and _same(last, one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [(run[0], run[-1], _address(profile, run[0], run[-1])) for run in runs]


def _same(one: DayChange, other: DayChange) -> bool:
    return (one.new.kind, one.new.label) == (other.new.kind, other.new.label)


def _address(profile: CalendarProfile, first: DayChange, last: DayChange) -> str:
    query = {
        "profile": profile.code,
        "first_day": first.date.isoformat(),
        "last_day": last.date.isoformat(),
        "day_kind": first.new.kind,
        "day_name_zh": first.new.label.get("zh-hans", ""),
        "day_name_en": first.new.label.get("en", ""),
    }
    return f"{reverse('console:notice_compose', args=['calendar_change'])}?{urlencode(query)}"


def prepared_change(request: HttpRequest) -> QueryDict | None:
    """Return what the form of a calendar change is opened with for the days of the query string."""
    if request.method != "GET" or "first_day" not in request.GET:
        return None
    values = QueryDict(mutable=True)
    values.update({f"payload_{name}": request.GET.get(name, "") for name in CHANGED})
    values["token"] = str(uuid4())
    return values


def year_of(request: HttpRequest) -> int:
    """Return the year of the query string, by default this year.

    Raises:
        Http404: it is no year of the calendar.
    """
    written = request.GET.get("year", str(timezone.localdate(database_now()).year))
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year


def prepared_for(request: HttpRequest) -> QueryDict | None:
    """Return what the form of a schedule is opened with for the holiday of the query string.

    The words are generated from it as if somebody had chosen the holiday.

    Raises:
        Http404: the calendar has no such holiday.
    """
    if request.method != "GET" or "holiday" not in request.GET:
        return None
    one = arrangement_of(request.GET["holiday"], year_of(request))
    if one is None:
        raise Http404
    values = QueryDict(mutable=True)
    values.update(first_values(one))
    return values


def first_values(one: HolidayArrangement) -> dict[str, str]:
    """Return the values by the names of the form's fields; without a time where that has passed."""
    later = one.publish_at > database_now()
    return {
        "token": str(uuid4()),
        "payload_holiday": str(one.holiday),
        "payload_year": str(one.year),
        "publish_at": f"{one.publish_at:%Y-%m-%dT%H:%M}" if later else "",
    }
