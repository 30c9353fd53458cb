"""Parse a State Council notice about holidays, pasted as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.calendar.library import HOLIDAYS
from statuspage.calendar.notice_extensions import Extension, extended_days, named
from statuspage.calendar.notice_local import local_words
from statuspage.calendar.notice_names import (
    NAME,
    Plain,
    Section,
    full_names,
    plain_of,
    sections,
)
from statuspage.calendar.notice_patterns import REFERENCE
from statuspage.calendar.notice_sentences import Reading
from statuspage.calendar.workdays import Calendar, Day

# The title may be broken over lines.
TITLE: Final = re.compile(
    r"(?:国\s*务\s*院\s*(?:办\s*公\s*厅\s*)?)?关\s*于[^。;:]{2,80}?的\s*(?:紧急|补充)?\s*(?:通\s*知|公\s*告|通\s*告|决\s*定)"
    r"(?!\s*(?:要求|精神|规定))"
)
QUOTED: Final = re.compile(r"《[^《》]*》")
AUTHOR: Final = re.compile(r"^国务院(?:办公厅)?")
CHANGE: Final = re.compile(r"调整|延长|变更|变动|修改|推迟")
# “抗日战争胜利70周年纪念日调休放假”: a day off beside the seven.
ONCE: Final = re.compile(r"关于(?P<name>.{2,50}?)(?:调休)?放假(?:安排)?的")
# An extension pasted without its title: “延长2020年春节假期至2月2日”.
UNTITLED: Final = re.compile(
    rf"(?:延长|顺延)(?:20\d\d年)?(?P<after>{NAME})|(?P<before>{NAME})[^。;:\d]{{0,12}}(?:延长|延至|顺延)"
)
TITLE_YEAR: Final = re.compile(r"(20\d\d)年")
SPOKEN_YEAR: Final = re.compile(rf"(20\d\d)年(?=\s*(?:{NAME}|部分|节假日|法定))")
DATED: Final = re.compile(r"(20\d\d)年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]")
NUMBER: Final = re.compile(r"(国(?:办)?发(?:明电)?)\s*[〔\[(【]\s*(\d{4})\s*[〕\])】]\s*(\d+)\s*号")


@dataclass(frozen=True)
class HolidayNotice:
    """The days that a notice arranges; a notice with `problems` must not be used.

    A `partial` notice rearranges one holiday and leaves the rest of the year unchanged.
    `extensions` become days once the calendar is known. `missing` are the holidays that a
    yearly notice leaves out: it is loaded only with a reason.
    """

    year: int
    title: str
    document_number: str
    partial: bool
    days: dict[date, Day]
    problems: tuple[str, ...]
    missing: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """What a person has to confirm before the notice is loaded."""
        said = _("The text names no day off for: %(holidays)s.")
        return (said % {"holidays": named(self.missing)},) if self.missing else ()


def notice_parse(text: str, year: int | None = None) -> HolidayNotice:
    """Parse a notice; `year` is used where the text names none.

    Raises:
        ValidationError: it is a province's, no year is named, or no holiday is arranged.
    """
    plain = plain_of(text)
    before, titles, body = _titles(plain)
    if local := local_words(before, titles[0] if titles else "", body):
        problem = _(
            "“%(title)s” is not for the whole country: the calendar follows the State Council."
        )
        raise ValidationError(problem % {"title": local}, code="local")
    title = plain_of(titles[0]).text if titles else ""
    spoken = REFERENCE.sub("", body)
    reading = Reading(_year(title, spoken, year))
    whole = _whole(title) if titles else _untitled(body)
    partial = bool(CHANGE.search(title) or whole)
    arranged = _read(reading, NUMBER.sub("", body), whole)
    if not reading.days and not reading.problems and not reading.extensions:
        raise ValidationError(
            _("No holiday was found in the text. Paste the full notice."), code="empty"
        )
    number = NUMBER.search(REFERENCE.sub("", plain.text))
    return HolidayNotice(
        year=reading.year,
        title=titles[0] if titles else f"{reading.year}年节假日安排（未附标题）",
        document_number=f"{number[1]}〔{number[2]}〕{number[3]}号" if number else "",
        partial=partial,
        days=reading.days,
        problems=(*_title_problems(titles, spoken, reading.year), *reading.problems),
        missing=() if partial else _missing(arranged),
        extensions=tuple(reading.extensions),
    )


def with_extensions(notice: HolidayNotice, calendar: Calendar) -> HolidayNotice:
    """Return the notice with the days by which it makes loaded holidays longer.

    Raises:
        ValidationError: the year is not loaded, so a notice that only changes it has no ground.
    """
    if notice.partial and notice.year not in calendar.years:
        problem = _("The notice only changes a part of %(year)d. Load that year first.")
        raise ValidationError(problem % {"year": notice.year}, code="unloaded")
    longer = extended_days(notice.extensions, calendar)
    both = sorted(
        day for day, what in longer.items() if notice.days.get(day, what).kind != what.kind
    )
    problems = [_("%(day)s is both a holiday and a workday.") % {"day": day} for day in both]
    return replace(notice, days={**longer, **notice.days}, problems=(*notice.problems, *problems))


def _year(title: str, body: str, asked: int | None) -> int:
    """Return the year of the title, else of the text, else the one asked for."""
    for written in (TITLE_YEAR.search(title), SPOKEN_YEAR.search(body)):
        if written:
            return int(written[1])
    dated = DATED.search(body)
    year = asked or (int(dated[1]) if dated else None)
    if year is None:
        raise ValidationError(
            _("The notice does not name a year. Paste it with its title."), code="year"
        )
    return year


def _titles(plain: Plain) -> tuple[str, list[str], str]:
    """Return the text before the first title, the titles, each once, and the text after the first.

    A web page repeats the title, sometimes without its author.
    """
    # A title in 《》 is another notice's.
    own = QUOTED.sub(lambda one: " " * len(one[0]), plain.text)
    found = list(TITLE.finditer(own))
    written: dict[str, str] = {}
    for one in found:
        title = plain.cut(one.start(), one.end())
        key = AUTHOR.sub("", title)
        written[key] = max(written.get(key, ""), title, key=len)
    if not found:
        return "", [], plain.text
    return plain.text[: found[0].start()], [*written.values()], plain.text[found[0].end() :]


def _whole(title: str) -> tuple[str, ...]:
    """Return the holidays of a notice that is about them alone, by its title."""
    if "节假日" in title:
        return ()
    once = ONCE.search(title)
    return full_names(title) or ((once["name"],) if once else ())


def _untitled(body: str) -> tuple[str, ...]:
    """Return the holiday that a text without title and headings makes longer."""
    found = None if any(sections(body)) else UNTITLED.search(body)
    return full_names(found["after"] or found["before"]) if found else ()


def _read(reading: Reading, body: str, whole: tuple[str, ...]) -> list[Section]:
    """Read every section; return those that arrange a day off."""
    arranged: list[Section] = []
    for section in sections(body, whole):
        if not section.names:
            if Reading(reading.year).section(section):
                said = _("“%(heading)s” is not one of the seven holidays: its days were not read.")
                reading.problem(said, heading=section.heading)
            continue
        if not reading.section(section):
            if not whole:
                said = _("No day was found under “%(heading)s”.")
                reading.problem(said, heading=section.heading)
            continue
        for name in section.names:
            if any(name in one.names for one in arranged) and not whole:
                reading.problem(
                    _("%(holiday)s is arranged twice. Keep one of the two paragraphs."),
                    holiday=named([name]),
                )
        if reading.off:
            arranged.append(section)
    return arranged


def _title_problems(titles: Sequence[str], body: str, year: int) -> Iterator[str]:
    """Yield a second title, and another year in the text than in the title."""
    if len(titles) > 1:
        yield _("The text holds more than one notice. Paste one at a time: %(titles)s") % {
            "titles": " / ".join(titles)
        }
    others = {int(one) for one in SPOKEN_YEAR.findall(body)} - {year}
    if others:
        yield _("The notice is for %(year)d, but its text also speaks of %(other)s.") % {
            "year": year,
            "other": pgettext("between names", ", ").join(map(str, sorted(others))),
        }


def _missing(arranged: Sequence[Section]) -> tuple[str, ...]:
    """Return those of the seven holidays to which a yearly notice gives no day off."""
    there = {name for one in arranged for name in one.names}
    return tuple(one for one in HOLIDAYS if one not in there)
