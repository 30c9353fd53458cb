"""The year's holidays: from the State Council's notice to what merchants are told."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from statuspage.approvals.holidays import AHEAD, ScheduleState, arrangements, not_alone
from statuspage.calendar.models import DOMESTIC, YearStatus
from statuspage.calendar.selectors import promised_calendar, years
from statuspage.console.access import reads
from statuspage.console.holidays import year_of
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR
from statuspage.notices.phrases import listed

# How the badge of a state looks.
BADGES: Final = {
    ScheduleState.NOTHING: "investigating",
    ScheduleState.DRAFT: "notice",
    ScheduleState.WAITING: "identified",
    ScheduleState.SCHEDULED: "scheduled",
    ScheduleState.PUBLISHED: "resolved",
    ScheduleState.WITHDRAWN: "withdrawal",
}


@reads
def holiday_list(request: HttpRequest) -> HttpResponse:
    """Show the calendar's state, and the schedule of each holiday with the next step."""
    year = year_of(request)
    context = {
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < LAST_YEAR else None,
        "found": [(one, BADGES[one.state]) for one in arrangements(year)],
        "not_alone": listed(str(one.label) for one in not_alone(year)),
        "ahead": AHEAD,
        **_calendar(year),
    }
    return render(request, "console/holidays.html", context)


def _calendar(year: int) -> dict[str, Any]:
    """Return the year's row of the domestic calendar, and where it is loaded and reviewed."""
    row = years(DOMESTIC).filter(year=year).first()
    asked = f"?profile={DOMESTIC}&year={year}"
    loaded = row is not None and row.status != YearStatus.UNPUBLISHED
    return {
        "row": row,
        "loaded": loaded,
        "promised": year in promised_calendar(DOMESTIC).years,
        "calendar": reverse("console:calendar") + asked,
        "load": reverse("console:calendar_load") + asked,
        "review": reverse("console:calendar_review") + asked,
    }
