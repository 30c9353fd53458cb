"""Parse a State Council notice about holidays, pasted as text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.calendar.library import HOLIDAYS, holiday_label, make_up_label
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    Day,
    days_between,
)

NAME: Final = "|".join(HOLIDAYS)
# “六、国庆节、中秋节：”
HEADING: Final = re.compile(rf"((?:{NAME})(?:[、和与](?:{NAME}))*):")
TITLE: Final = re.compile(rf"关于(调整|延长)?(20\d\d)年(?:部分节假日|({NAME}))")
NUMBER: Final = re.compile(r"国办发明电\s*[〔\[(【]\s*(\d{4})\s*[〕\])】]\s*(\d+)\s*号")
DATE: Final = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?"
# A date or a range of dates, what happens on it, or how many days the notice counts.
TOKEN: Final = re.compile(
    rf"{DATE}(?:\s*(?:至|到|[-—–~]+)\s*{DATE})?"
    r"|(?P<rest>放假|补休|公休)|(?P<work>上班)|(?P<joined>与周末连休)"
    r"|共?(?P<count>\d+)天"
)
VERB: Final = re.compile(r"放假|补休|公休|上班")
WEEKDAY_NAME: Final = re.compile(r"(?:周|星期)([一二三四五六日天])")
WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}


@dataclass(frozen=True)
class HolidayNotice:
    """The days that a notice arranges; a notice with `problems` must not be used.

    A `partial` notice rearranges one holiday and leaves the rest of the year unchanged.
    """

    year: int
    title: str
    document_number: str
    partial: bool
    days: dict[date, Day]
    problems: tuple[str, ...]


def notice_parse(text: str, year: int | None = None) -> HolidayNotice:
    """Parse a notice; `year` is used where the title names none.

    Raises:
        ValidationError: no year is named, or no holiday is arranged.
    """
    # Full-width digits, brackets and commas become plain ones.
    plain = unicodedata.normalize("NFKC", text)
    title = TITLE.search(plain)
    year = int(title[2]) if title else year
    if year is None:
        raise ValidationError(
            _("The notice does not name a year. Paste it with its title."), code="year"
        )
    reading = _Reading(year)
    for names, body in _sections(plain, title):
        for sentence in re.split(r"[。;\n]", body):
            if VERB.search(sentence):  # advice and formalities have none
                reading.sentence(names, sentence)
    if not reading.days and not reading.problems:
        raise ValidationError(
            _("No holiday was found in the text. Paste the full notice."), code="empty"
        )
    number = NUMBER.search(plain)
    change, holiday = (title[1], title[3]) if title and title[1] else ("", None)
    return HolidayNotice(
        year=year,
        title=f"国务院办公厅关于{change}{year}年{holiday or '部分节假日'}安排的通知",
        document_number=f"国办发明电〔{number[1]}〕{number[2]}号" if number else "",
        partial=bool(change),
        days=reading.days,
        problems=tuple(reading.problems),
    )


def _sections(text: str, title: re.Match[str] | None) -> Iterator[tuple[list[str], str]]:
    """Yield each group of holiday names with the text up to the next group."""
    headings = list(HEADING.finditer(text))
    if not headings and title and title[3]:
        yield [title[3]], text[title.end() :]
    for number, heading in enumerate(headings, 1):
        end = headings[number].start() if number < len(headings) else len(text)
        yield re.findall(NAME, heading[1]), text[heading.end() : end]


class _Reading:
    """The days read so far, and the problems found."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.days: dict[date, Day] = {}
        self.problems: list[str] = []
        self.last = date(year, 1, 1)

    def sentence(self, names: list[str], sentence: str) -> None:
        """Read one sentence such as “10月1日至7日放假调休,共7天”; dates come before their verb."""
        waiting: list[date] = []
        rested: list[date] = []
        for token in TOKEN.finditer(sentence):
            if token["rest"]:
                rested = waiting or rested
                waiting = self.put(waiting, STATUTORY_HOLIDAY, names)
            elif token["work"]:
                waiting = self.put(waiting, MAKE_UP_WORKDAY, names)
            elif token["joined"]:
                weekend = _weekend_at(rested)
                rested = rested + weekend
                self.put(weekend, STATUTORY_HOLIDAY, names)
            elif token["count"] and len(rested) != int(token["count"]):
                self.problem(
                    _(
                        "The notice says %(count)d days, but the dates make %(found)d: "
                        "“%(sentence)s”."
                    ),
                    count=int(token["count"]),
                    found=len(rested),
                    sentence=sentence.strip(),
                )
            elif not token["count"]:
                waiting += self.stretch(token)
        if waiting:
            self.problem(
                _("It is unclear whether %(days)s is a holiday or a workday: “%(sentence)s”."),
                days=pgettext("between names", ", ").join(map(str, waiting)),
                sentence=sentence.strip(),
            )

    def put(self, dates: list[date], kind: str, names: list[str]) -> list[date]:
        """Record the kind of the dates, note contradictions, and return an empty list."""
        make_up = kind == MAKE_UP_WORKDAY
        label = make_up_label(names) if make_up else holiday_label(names)
        for day in dates:
            earlier = self.days.setdefault(day, Day(settles=make_up, kind=kind, label=label))
            if earlier.kind != kind:
                self.problem(_("%(day)s is both a holiday and a workday."), day=day)
            if make_up and day.weekday() < SATURDAY:
                self.problem(_("%(day)s is a workday anyway, not a weekend day."), day=day)
        return []

    def stretch(self, token: re.Match[str]) -> list[date]:
        """Return the dates of a single date or a range; a missing year or month is carried over."""
        parts = token.groups()
        first = self.one(*parts[0:4], before=None)
        if parts[6] is None or first is None:
            return [first] if first else []
        last = self.one(*parts[4:8], before=first)
        if last is None:
            return []
        if last < first:
            self.problem(_("%(last)s comes before %(first)s."), last=last, first=first)
        return list(days_between(first, last))

    def one(self, *written: str | None, before: date | None) -> date | None:
        """Return one date, and note a problem where the weekday in brackets does not match."""
        year, month, day, said = written
        this_year = int(year) if year else (before.year if before else self.year)
        this_month = int(month) if month else (before or self.last).month
        try:
            found = date(this_year, this_month, int(day or 0))
        except ValueError:
            found = None
        # A year's first holiday may begin, or be worked for, in the December before.
        if found is None or not 0 <= self.year - found.year <= 1:
            shown = f"{this_year}-{this_month}-{day}"
            self.problem(_("%(date)s is not a date of %(year)d."), date=shown, year=self.year)
            return None
        self.last = found
        weekday = WEEKDAY_NAME.search(said or "")
        if weekday and WEEKDAYS[weekday[1]] != found.weekday():
            self.problem(_("%(day)s is not a %(weekday)s."), day=found, weekday=weekday[0])
        return found

    def problem(self, message: str, **values: object) -> None:
        """Record a contradiction in the text, or between the text and the calendar."""
        self.problems.append(message % values)


def _weekend_at(days: list[date]) -> list[date]:
    """Return the weekend days adjoining a holiday."""
    found: list[date] = []
    for start, step in ((min(days, default=None), -ONE_DAY), (max(days, default=None), ONE_DAY)):
        day = start + step if start else None
        while day and day.weekday() >= SATURDAY:
            found.append(day)
            day += step
    return found
