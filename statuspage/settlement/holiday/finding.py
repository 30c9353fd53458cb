"""What the words of a holiday schedule say that its table does not: dates, and pairs of dates."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.calendar.models import DOMESTIC
from statuspage.calendar.selectors import promised_calendar, years
from statuspage.calendar.workdays import Calendar
from statuspage.notices.generated import NoticeWords
from statuspage.notices.models import Product
from statuspage.settlement.holiday.checking import Check
from statuspage.settlement.holiday.table import Schedule, schedule_of
from statuspage.settlement.holiday.whose import product_codes
from statuspage.settlement.schedules import HolidayPeriod, stretches
from statuspage.statements.short import SMS, WECHAT
from statuspage.statements.texts import Text

PLACES: Final[Mapping[str, str | Promise]] = {
    "title": gettext_lazy("Headline"),
    "body": gettext_lazy("Text"),
    SMS: gettext_lazy("SMS"),
    WECHAT: gettext_lazy("WeChat"),
}


def findings_in(payload: Mapping[str, Any], words: NoticeWords, moment: datetime) -> list[str]:
    """Return, in the active language, what is not the table's; published at that moment.

    The day of publication and those of the State Council's notices may be named as well.
    """
    if not payload.get("table"):  # it was imported, without one
        return []
    schedule = schedule_of(payload)
    names = Product.objects.values_list("code", "name")
    also = {timezone.localdate(moment), *_documents(schedule)}
    check = Check(schedule, product_codes(names), also, other_holidays(schedule))
    found = (
        _("%(place)s: %(what)s") % {"place": PLACES[place], "what": what}
        for place, text in _texts(words)
        for part in text.values()
        for what in check.findings(part)
    )
    return [*dict.fromkeys(found)]


def other_holidays(schedule: Schedule, calendar: Calendar | None = None) -> list[HolidayPeriod]:
    """Return the calendar's holidays in the schedule's years, which a text may name as well."""
    known = calendar or promised_calendar(DOMESTIC)
    named = sorted({schedule.first.year, schedule.last.year})
    return [period for year in named for period, _holidays in stretches(year, known)]


def _texts(words: NoticeWords) -> Iterator[tuple[str, Text]]:
    yield from (("title", words.title), ("body", words.body))
    yield from words.short.items()


def _documents(schedule: Schedule) -> set[date]:
    """Return when the calendars of the schedule's years became known."""
    named = {day.year for day in schedule.days}
    known = years(DOMESTIC).filter(year__in=named, known_from__isnull=False)
    return {timezone.localdate(one) for one in known.values_list("known_from", flat=True)}
