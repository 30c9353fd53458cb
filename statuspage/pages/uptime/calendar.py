"""A month of one component, day by day, as the page of uptime shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from statuspage.components.models import Component
from statuspage.components.selectors import grouped
from statuspage.components.uptime import DayRecord, availability
from statuspage.once import once
from statuspage.pages.cards import Reader
from statuspage.pages.months import Month
from statuspage.pages.uptime.bars import NO_RECORD, Run, in_words, told
from statuspage.pages.uptime.selectors import Record, ninety_days, records
from statuspage.pages.words import Words, words

DAYS_A_WEEK: Final = 7
EVENTFUL: Final = (
    '<td class="{}"><span title="{}">{}<span class="visually-hidden"> {}</span></span></td>'
)
EMPTY: Final = mark_safe("<td></td>")


@dataclass(frozen=True)
class MonthCard:
    """One component in one month; `events` are its days of which there is something to tell."""

    id: str
    name: Words
    percent: Decimal | None
    lately: Decimal | None
    weeks: SafeString
    events: Sequence[Run]


@dataclass(frozen=True)
class MonthGroup:
    """A heading (None for components that stand alone) and its components."""

    name: Words | None
    cards: Sequence[MonthCard]


@once
def month_groups(month: Month, reader: Reader) -> list[MonthGroup]:
    """Every component of the month in its group, in the active language."""
    lately = {one.component.pk: availability(one.days) for one in ninety_days(reader.now)}
    last = month.last_day
    found = {one.component: one for one in records(month.first_day, last, reader.now)}
    return [
        MonthGroup(
            name=words(row.group.name, reader.language) if row.group else None,
            cards=[
                _card(found[component], reader.language, lately.get(component.pk))
                for component in row.components
            ],
        )
        for row in grouped(found)
    ]


def _card(record: Record, language: str, lately: Decimal | None) -> MonthCard:
    component: Component = record.component
    return MonthCard(
        id=component.public_id,
        name=words(component.name, language),
        percent=availability(record.days),
        lately=lately,
        weeks=_weeks(record.days),
        events=[one for one in told(record.days) if not one.quiet],
    )


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
