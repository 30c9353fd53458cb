"""A month of one component, day by day, as the page of uptime shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from statuspage.components.selectors import grouped
from statuspage.components.uptime import DayRecord, availability
from statuspage.once import once
from statuspage.pages.cards import Reader
from statuspage.pages.months import Month
from statuspage.pages.uptime.bars import NO_RECORD, Run, in_words, told
from statuspage.pages.uptime.selectors import ninety_days, of_each, records
from statuspage.pages.words import Words, words
from statuspage.statements.texts import CHINESE

DAYS_A_WEEK: Final = 7
EVENTFUL: Final = (
    '<td class="{}"><span title="{}">{}<span class="visually-hidden"> {}</span></span></td>'
)
EMPTY: Final = mark_safe("<td></td>")


@dataclass(frozen=True)
class MonthOfDays:
    """The days of a month; `events` are those of which there is something to tell."""

    percent: Decimal | None
    weeks: SafeString
    events: Sequence[Run]


@dataclass(frozen=True)
class MonthCard:
    """One component in one month; `lately` is its availability in the last ninety days."""

    id: str
    name: Words
    lately: Decimal | None
    days: MonthOfDays


@dataclass(frozen=True)
class MonthGroup:
    """A heading (None for components that stand alone) and its components."""

    name: Words | None
    cards: Sequence[MonthCard]


@once
def month_groups(month: Month, reader: Reader) -> list[MonthGroup]:
    """Every component of the month in its group, in the active language."""
    lately = dict(of_each(ninety_days(reader.now), availability))
    months = dict(of_each(records(month.first_day, month.last_day, reader.now), _month_of))
    return [
        MonthGroup(
            name=words(row.group.name, reader.language) if row.group else None,
            cards=[
                MonthCard(
                    id=component.public_id,
                    name=words(component.name, reader.language),
                    lately=lately.get(component),
                    days=months[component],
                )
                for component in row.components
            ],
        )
        for row in grouped(months)
    ]


def _month_of(days: Sequence[DayRecord]) -> MonthOfDays:
    """The month in the active language."""
    return MonthOfDays(
        percent=availability(days),
        weeks=_weeks(days),
        events=[one for one in told(days) if not one.quiet],
    )


def weekdays(language: str) -> SafeString:
    """The heads of the calendar's columns: 一 for 星期一, Mo for Monday."""
    letters = slice(2, None) if language == CHINESE else slice(0, 2)
    names = ((name, str(name)[letters]) for name in WEEKDAYS.values())
    return format_html_join("", '<th scope="col" abbr="{}">{}</th>', names)


def _weeks(days: Sequence[DayRecord]) -> SafeString:
    """The rows of the calendar, weeks beginning on Monday.

    Put together by hand: two hundred components are six thousand days, and a template would take
    longer over them than all the rest of rendering does.
    """
    rows = (
        f"<tr>{''.join(cell for _place, cell in week)}</tr>"
        for _number, week in groupby(enumerate(_cells(days)), lambda one: one[0] // DAYS_A_WEEK)
    )
    return mark_safe("".join(rows))  # noqa: S308 - each cell is safe


def _cells(days: Sequence[DayRecord]) -> Iterator[SafeString]:
    for _number in range(days[0].day.weekday()):
        yield EMPTY
    for record in days:
        status = record.status or NO_RECORD
        if record.disrupted or record.maintained:
            text = in_words(record)
            yield format_html(EVENTFUL, status, text, record.day.day, text)
        else:
            yield format_html('<td class="{}">{}</td>', status, record.day.day)
