"""The page of uptime: a month of every service, day by day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from statuspage.pages import selectors
from statuspage.pages.errors import NotHere
from statuspage.pages.http import public
from statuspage.pages.months import Month, month_of
from statuspage.pages.paging import asked_month
from statuspage.pages.uptime.calendar import month_groups, weekdays
from statuspage.pages.uptime.selectors import known_since
from statuspage.statements.texts import CHINESE


@public
def uptime_page(request: HttpRequest) -> HttpResponse:
    """One month, `?month=2025-02`, the present one unless asked for another.

    Months before the record began, and those to come, are not there.
    """
    reader = selectors.reader(get_language() or CHINESE)
    first, last = record_of_states()
    month = asked_month(request)
    if not first <= month <= last:
        raise NotHere(gettext("There is no record of this month."))
    context = {
        "month": month,
        "previous": month.previous if first < month else None,
        "next": month.next if month < last else None,
        "groups": month_groups(month, reader),
        "weekdays": weekdays(reader.language),
    }
    return render(request, "pages/uptime.html", context)


def record_of_states() -> tuple[Month, Month]:
    """The first month of which any visible component has a record, and the present one."""
    now = timezone.now()
    return month_of(min([*known_since().values(), now])), month_of(now)
