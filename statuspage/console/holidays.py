"""What the form of a holiday's schedule begins with when it is opened from the year's holidays."""

from uuid import uuid4

from django.http import Http404, HttpRequest, QueryDict
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
