"""Reading a State Council notice about holidays, pasted as prose."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from statuspage.settlement.calendar.labels import HOLIDAYS, holiday_label, make_up_label
from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    Day,
)

NAME: Final = "|".join(HOLIDAYS)
# “六、国庆节、中秋节：”
HEADING: Final = re.compile(rf"((?:{NAME})(?:[、和与](?:{NAME}))*):")
TITLE: Final = re.compile(rf"关于(调整|延长)?(20\d\d)年(?:部分节假日|({NAME}))")
NUMBER: Final = re.compile(r"国办发明电\s*[〔\[(【]\s*(\d{4})\s*[〕\])】]\s*(\d+)\s*号")
DATE: Final = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?"
# A date or a stretch, what is done on it, or how many days it is said to be.
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
    """What a notice arranges; with `problems` it must not be used.

    `partial` notices rearrange one holiday and leave the rest of the year as it is.
    """

    year: int
    title: str
    document_number: str
    partial: bool
    days: dict[date, Day]
    problems: tuple[str, ...]


def notice_parse(text: str, year: int | None = None) -> HolidayNotice:
    """Read a notice; `year` serves where its title is left out.

    Raises:
        ValidationError: no year is named, or no holiday is arranged.
    """
    # Full-width digits, brackets and commas become plain ones.
    plain = unicodedata.normalize("NFKC", text)
    title = TITLE.search(plain)
    year = int(title[2]) if title else year
    if year is None:
        raise ValidationError(_("The notice names no year. Paste it with its title."), code="year")
    reading = _Reading(year)
    for names, body in _sections(plain, title):
        reading.section(names, body)
    if not reading.days and not reading.problems:
        raise ValidationError(_("No holiday was found in the text."), code="empty")
    number = NUMBER.search(plain)
    return HolidayNotice(
        year=year,
        title=_title(year, title),
        document_number=f"国办发明电〔{number[1]}〕{number[2]}号" if number else "",
        partial=bool(title and title[1]),
        days=reading.days,
        problems=tuple(reading.problems),
    )


def _title(year: int, title: re.Match[str] | None) -> str:
    if title and title[1]:
        return f"国务院办公厅关于{title[1]}{year}年{title[3] or '部分节假日'}安排的通知"
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


def _sections(text: str, title: re.Match[str] | None) -> Iterator[tuple[list[str], str]]:
    """The names of each holiday's paragraph, and its words up to the next or the line's end."""
    headings = list(HEADING.finditer(text))
    if not headings and title and title[3]:
        yield [title[3]], text[title.end() :]
    for number, heading in enumerate(headings, 1):
        end = headings[number].start() if number < len(headings) else len(text)
        yield re.findall(NAME, heading[1]), text[heading.end() : end]


class _Reading:
    """The days read so far and what is wrong with them."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.days: dict[date, Day] = {}
        self.problems: list[str] = []
        self.last = date(year, 1, 1)

    def section(self, names: list[str], body: str) -> None:
        """One holiday; advice and formalities have none of the verbs and are passed over."""
        for sentence in re.split(r"[。;\n]", body):
            if VERB.search(sentence):
                self.sentence(names, sentence)

    def sentence(self, names: list[str], sentence: str) -> None:
        """“10月1日至7日放假调休,共7天”: dates wait for the verb that says what they are."""
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
            elif token["count"]:
                self.check_count(rested, int(token["count"]), sentence)
            else:
                waiting += self.stretch(token)
        if waiting:
            self.problems.append(
                _("It is not clear what is done on %(days)s: “%(sentence)s”.")
                % {"days": _listed(waiting), "sentence": sentence.strip()}
            )

    def put(self, dates: list[date], kind: str, names: list[str]) -> list[date]:
        """Note what the dates are; a date cannot be two things. No date waits afterwards."""
        make_up = kind == MAKE_UP_WORKDAY
        label = make_up_label(names) if make_up else holiday_label(names)
        for day in dates:
            earlier = self.days.setdefault(day, Day(settles=make_up, kind=kind, label=label))
            if earlier.kind != kind:
                self.problems.append(_("%(day)s is both a holiday and worked.") % {"day": day})
            if make_up and day.weekday() < SATURDAY:
                self.problems.append(
                    _("%(day)s is worked anyway: it is no weekend day.") % {"day": day}
                )
        return []

    def check_count(self, rested: list[date], count: int, sentence: str) -> None:
        """“共7天” must be as many days as the dates before it."""
        if len(rested) != count:
            self.problems.append(
                _("The notice counts %(count)d days, but the dates are %(found)d: “%(sentence)s”.")
                % {"count": count, "found": len(rested), "sentence": sentence.strip()}
            )

    def stretch(self, token: re.Match[str]) -> list[date]:
        """A date or a stretch of dates; a month or year left out is that of the one before."""
        first = self.one(*token.groups()[0:4], before=None)
        if token[7] is None or first is None:
            return [first] if first else []
        last = self.one(*token.groups()[4:8], before=first)
        if last is None:
            return []
        if last < first:
            self.problems.append(
                _("%(last)s comes before %(first)s.") % {"last": last, "first": first}
            )
        return [first + timedelta(days=one) for one in range((last - first).days + 1)]

    def one(
        self,
        year: str | None,
        month: str | None,
        day: str,
        said: str | None,
        *,
        before: date | None,
    ) -> date | None:
        """One date, checked against the weekday in brackets behind it."""
        this_year = int(year) if year else (before.year if before else self.year)
        this_month = int(month) if month else (before or self.last).month
        found = _date(this_year, this_month, int(day))
        # A year's first holiday may begin, or be worked for, in the December before.
        if found is None or not 0 <= self.year - found.year <= 1:
            written = f"{this_year}-{this_month}-{day}"
            self.problems.append(
                _("%(date)s is no date of %(year)d.") % {"date": written, "year": self.year}
            )
            return None
        self.last = found
        weekday = WEEKDAY_NAME.search(said or "")
        if weekday and WEEKDAYS[weekday[1]] != found.weekday():
            self.problems.append(
                _("%(day)s is not a %(weekday)s.") % {"day": found, "weekday": weekday[0]}
            )
        return found


def _weekend_at(days: list[date]) -> list[date]:
    """The weekend days that a holiday touches, on either side."""
    found: list[date] = []
    for start, step in ((min(days, default=None), -ONE_DAY), (max(days, default=None), ONE_DAY)):
        day = start + step if start else None
        while day and day.weekday() >= SATURDAY:
            found.append(day)
            day += step
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _listed(days: list[date]) -> str:
    return ", ".join(day.isoformat() for day in days)
