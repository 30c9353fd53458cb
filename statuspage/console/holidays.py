"""What the form of a holiday's schedule begins with when it is opened from the year's holidays."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from statuspage.approvals.holidays import HolidayArrangement, arrangement_of
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR
from statuspage.lib.database_clock import database_now


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


def prepared_for(request: HttpRequest) -> dict[str, Any]:
    """Return the first values of the form for the holiday of the query string; none without one.

    Raises:
        Http404: the calendar has no such holiday.
    """
    if request.method != "GET" or "holiday" not in request.GET:
        return {}
    one = arrangement_of(request.GET["holiday"], year_of(request))
    if one is None:
        raise Http404
    return first_values(one)


def first_values(one: HolidayArrangement) -> dict[str, Any]:
    """Return the values by the names of the form's fields; without a time where that has passed."""
    later = one.publish_at > database_now()
    return {
        "payload_holiday": str(one.holiday),
        "payload_year": one.year,
        **({"publish_at": one.publish_at} if later else {}),
    }
