"""The page of uptime: a month of every service, day by day."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from statuspage.components.selectors import grouped
from statuspage.components.uptime import DayRecord, availability
from statuspage.lib.render_cache import once, present
from statuspage.pages.cards import Reader
from statuspage.pages.http import PageNotFound, public
from statuspage.pages.paging import Month, asked_month, month_of
from statuspage.pages.uptime.bars import NO_RECORD, in_words, told
from statuspage.pages.uptime.selectors import known_since, ninety_days, of_each, records
from statuspage.statements.texts import CHINESE, words

EVENTFUL: Final = (
    '<li class="{}"><span title="{}">{}<span class="visually-hidden"> {}</span></span></li>'
)


@once
def month_groups(month: Month, reader: Reader) -> list[dict[str, object]]:
    """Return every component of the month in its group, in the active language.

    `lately` is its availability in the last ninety days. Months before the last one are without:
    their pages stay as they are while time goes on.
    """
    days = ninety_days(reader.now) if month.next >= month_of(reader.now) else []
    lately = dict(of_each(days, availability))
    months = dict(of_each(records(month.first_day, month.last_day, reader.now), _month_of))
    return [
        {
            "name": words(row.group.name, reader.language) if row.group else None,
            "cards": [
                {
                    "id": component.public_id,
                    "name": words(component.name, reader.language),
                    "lately": lately.get(component),
                    "days": months[component],
                }
                for component in row.components
            ],
        }
        for row in grouped(months)
    ]


def _month_of(days: Sequence[DayRecord]) -> dict[str, object]:
    """Return the days of a month, and those that have something to tell."""
    events = [one for one in told(days) if not one.quiet]
    return {"percent": availability(days), "items": _items(days), "events": events}


def weekdays(language: str) -> SafeString:
    """Return what stands above the calendar's days: 一 for 星期一, Mo for Monday."""
    letters = slice(2, None) if language == CHINESE else slice(0, 2)
    names = ((str(name)[letters],) for name in WEEKDAYS.values())
    return format_html_join("", "<span>{}</span>", names)


def _items(days: Sequence[DayRecord]) -> SafeString:
    """Return the days of the calendar as a list; its first one stands below its day of the week.

    It is no table: seven columns are too narrow to be one on a phone. Put together by hand: two
    hundred components are six thousand days, and a template would take longer over them than all
    the rest of rendering does.
    """
    return mark_safe("".join(_each(days)))  # noqa: S308 - each item is safe


def _each(days: Sequence[DayRecord]) -> Iterator[SafeString]:
    begins = f"on-{days[0].day.isoweekday()} "
    for record in days:
        status = f"{begins}{record.status or NO_RECORD}"
        begins = ""
        if record.disrupted or record.maintained:
            text = in_words(record)
            yield format_html(EVENTFUL, status, text, record.day.day, text)
        else:
            yield format_html('<li class="{}">{}</li>', status, record.day.day)


@public
def uptime_page(request: HttpRequest) -> HttpResponse:
    """Show one month, `?month=2025-02` or the present one; PageNotFound without a record of it."""
    reader = Reader(language=get_language() or CHINESE, now=present())
    first, last = record_of_states()
    month = asked_month(request)
    if not first <= month <= last:
        raise PageNotFound(gettext("There is no record of this month."))
    context = {
        "month": month,
        "previous": month.previous if first < month else None,
        "next": month.next if month < last else None,
        "groups": month_groups(month, reader),
        "weekdays": weekdays(reader.language),
    }
    return render(request, "pages/uptime.html", context)


def record_of_states() -> tuple[Month, Month]:
    """Return the first month of which any visible component has a record, and the present one."""
    now = present()
    return month_of(min([*known_since().values(), now])), month_of(now)
