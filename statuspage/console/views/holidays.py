"""The year's holidays: from the State Council's notice to what merchants are told."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from statuspage.approvals.holidays import (
    AHEAD,
    ScheduleState,
    arrangement_of,
    arrangements,
    not_alone,
    unreached,
)
from statuspage.calendar.models import DOMESTIC, YearStatus
from statuspage.calendar.selectors import profiles, promised_calendar, years
from statuspage.console.access import reads
from statuspage.console.holidays import year_of
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR
from statuspage.notices.phrases import listed
from statuspage.pages.pictures.views import PNG, draft_notes, draft_picture

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
    """Show the calendar's state, and the schedule of each holiday with the next step.

    `?picture=national_day` is the picture of a schedule that is being prepared.
    """
    year = year_of(request)
    if holiday := request.GET.get("picture"):
        return _picture(holiday, year)
    context = {
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < LAST_YEAR else None,
        "found": [(one, BADGES[one.state]) for one in arrangements(year)],
        "not_alone": listed(str(one.label) for one in not_alone(year)),
        "unreached": listed(str(one.label) for one in unreached(year)),
        "ahead": AHEAD,
        "notes": draft_notes(),
        **_calendar(year),
    }
    return render(request, "console/holidays.html", context)


def _picture(holiday: str, year: int) -> HttpResponse:
    """Return the draft of a picture; 404 where calendar and rules give none."""
    one = arrangement_of(holiday, year)
    try:
        drawn = draft_picture(str(one.holiday), year) if one else b""
    except ValidationError:
        drawn = b""
    if not drawn:
        raise Http404
    return HttpResponse(drawn, content_type=PNG)


def _calendar(year: int) -> dict[str, Any]:
    """Return the year's row of the domestic calendar, and where it is loaded and reviewed."""
    row = years(DOMESTIC).filter(year=year).first()
    asked = f"?profile={DOMESTIC}&year={year}"
    loaded = row is not None and row.status != YearStatus.UNPUBLISHED
    return {
        "row": row,
        "loaded": loaded,
        "promised": year in promised_calendar(DOMESTIC).years,
        # Foreign cards settle by a calendar of their own: without it no schedule can be made.
        "lacking": [
            (one, f"{reverse('console:calendar')}?profile={one.code}&year={year}")
            for one in profiles().exclude(code=DOMESTIC)
            if year not in promised_calendar(one.code).years
        ],
        "calendar": reverse("console:calendar") + asked,
        "load": reverse("console:calendar_load") + asked,
        "review": reverse("console:calendar_review") + asked,
    }
