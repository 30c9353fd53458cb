"""Read the sentences under a heading of a State Council notice: which days rest, which work."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.calendar.library import holiday_label, make_up_label
from statuspage.calendar.notice_extensions import Extension
from statuspage.calendar.notice_names import Section, full_names
from statuspage.calendar.notice_patterns import (
    ADVICE,
    ARRANGES,
    HAN_DATE,
    LEFT_OVER,
    NAMED_DATE,
    POSTPONES,
    REFERENCE,
    TOKEN,
    UNDOES,
    VERB,
    in_digits,
)
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    Day,
    days_between,
)

SENTENCES: Final = re.compile(r"[。;!]|(?<!\d)\.(?!\d)|(?<=如下):|(?<=机构):")
WEEKDAY_NAME: Final = re.compile(r"(?:周|星期)([一二三四五六日天])")
WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
NEW_YEAR: Final = "元旦"
DECEMBER: Final = 12


class Reading:
    """The days read so far, and the problems found."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.days: dict[date, Day] = {}
        self.extensions: list[Extension] = []
        self.problems: list[str] = []
        self.last = date(year, 1, 1)
        self.names: tuple[str, ...] = ()
        self.off: list[date] = []
        self.waiting: list[date] = []
        self.rested: list[date] = []

    def section(self, section: Section) -> bool:
        """Read what stands under a heading; return whether it arranges anything."""
        self.names, self.off = section.names, []
        before = len(self.problems), len(self.days)
        # Line breaks of a PDF stand anywhere in a sentence, and blanks mean nothing.
        body = HAN_DATE.sub(in_digits, re.sub(r"\s+", "", REFERENCE.sub("", section.body)))
        for sentence in SENTENCES.split(body):
            if ADVICE.search(sentence):
                continue
            if POSTPONES.search(sentence):
                said = _(
                    "This sentence postpones something. Write until when the holiday lasts, as in "
                    "“延长春节假期至2月2日”: “%(sentence)s”."
                )
                self.problem(said, sentence=sentence)
            elif self.undoes(sentence):
                self.unread(sentence)
            elif VERB.search(sentence) and self.others(sentence):
                said = _("A sentence under “%(heading)s” is about another holiday: “%(sentence)s”.")
                self.problem(said, heading=section.heading, sentence=sentence)
            elif VERB.search(sentence):
                self.sentence(sentence)
        return bool(self.off) or before != (len(self.problems), len(self.days))

    def undoes(self, sentence: str) -> bool:
        """Return whether it has dates, and undoes what stood before or has no known verb."""
        known = VERB.search(sentence) and not UNDOES.search(sentence)
        return not known and bool(ARRANGES.search(sentence))

    def others(self, sentence: str) -> bool:
        """Return whether a date follows the name of a holiday that the heading does not name."""
        found = (one[1] for one in NAMED_DATE.finditer(sentence))
        return any(not set(full_names(one)) <= set(self.names) for one in found)

    def unread(self, sentence: str) -> None:
        """Record a sentence with a date that was not understood."""
        said = _("A date in this sentence could not be read: “%(sentence)s”.")
        self.problem(said, sentence=sentence)

    def sentence(self, sentence: str) -> None:
        """Read one sentence such as “10月1日至7日放假调休,共7天”; dates come before their verb."""
        self.waiting, self.rested = [], []
        verbs: list[str] = []
        longer = False
        for token in TOKEN.finditer(sentence):
            kind = token.lastgroup
            if kind == "count":
                self.counted(int(token["count"]), sentence, known=not longer)
            elif kind:
                verbs.append(kind)
                longer = longer or kind == "longer"
                if act := ACTS.get(kind):
                    act(self, sentence)
            else:
                self.waiting += self.stretch(token)
                if verbs and verbs[-1] == "longer":
                    verbs[-1] = "extended"
                    self.extend()
        self.finish(verbs, sentence)

    def finish(self, verbs: list[str], sentence: str) -> None:
        """Give the dates that still wait to the only verb, which came first, or complain."""
        if self.waiting and verbs in (["rest"], ["work"]) and not self.rested:
            ACTS[verbs[0]](self, sentence)
        if self.waiting:
            self.unclear(self.waiting, sentence)
        if (verbs and verbs[-1] == "longer") or LEFT_OVER.search(TOKEN.sub(" ", sentence)):
            self.unread(sentence)

    def rest(self, _sentence: str) -> None:
        """Take the waiting dates as days off."""
        self.rested = self.waiting or self.rested
        self.put(STATUTORY_HOLIDAY)

    def work(self, _sentence: str) -> None:
        """Take the waiting dates as worked."""
        self.put(MAKE_UP_WORKDAY)

    def joined(self, _sentence: str) -> None:
        """Add the adjoining weekend to the days off."""
        self.waiting = weekend_at(self.rested)
        self.rested = self.rested + self.waiting
        self.put(STATUTORY_HOLIDAY)

    def swapped(self, sentence: str) -> None:
        """Take a weekday of “调休” as a day off; at a weekend it may be either."""
        weekend = [day for day in self.waiting if day.weekday() >= SATURDAY]
        if weekend:
            self.unclear(weekend, sentence)
        self.waiting = [day for day in self.waiting if day not in weekend]
        self.rest(sentence)

    def negated(self, sentence: str) -> None:
        """Leave dates alone that are said not to be something."""
        if self.waiting:
            self.unclear(self.waiting, sentence)
        self.waiting = []

    def resumed(self, _sentence: str) -> None:
        """Take a weekend day as worked; a weekday on which work resumes is only the next one."""
        end = max(self.off, default=None)
        for day in self.waiting:
            after = end is not None and day > end
            if day in self.off:
                self.problem(_("%(day)s is both a holiday and a workday."), day=day)
            elif day.weekday() < SATURDAY and after and end and not _only_weekend(end, day):
                self.problem(
                    _("The holiday ends on %(end)s, but work resumes only on %(day)s."),
                    end=end,
                    day=day,
                )
            elif day.weekday() < SATURDAY and not after:
                self.problem(_("%(day)s is a workday anyway, not a weekend day."), day=day)
        self.waiting = [
            day for day in self.waiting if day.weekday() >= SATURDAY and day not in self.off
        ]
        self.put(MAKE_UP_WORKDAY)

    def extend(self) -> None:
        """Lengthen the holiday to the last date read, from the day that is known or is loaded."""
        if not self.waiting:
            return
        *before, until = self.waiting
        self.waiting = []
        start = min(before, default=None)
        if not self.off:
            self.extensions.append(Extension(self.names, until, start))
            self.off.append(until)
            return
        start = min([*before, max(self.off)])
        self.waiting = list(days_between(start, until))
        self.rest("")

    def counted(self, count: int, sentence: str, *, known: bool) -> None:
        """Compare the notice's own count with the days read."""
        if not self.rested and "延" in sentence and known:
            said = _("It says how much longer the holiday is, but not until when: “%(sentence)s”.")
            self.problem(said, sentence=sentence)
        elif known and len(self.rested) != count:
            self.problem(
                _("The notice says %(count)d days, but the dates make %(found)d: “%(sentence)s”."),
                count=count,
                found=len(self.rested),
                sentence=sentence,
            )

    def put(self, kind: str) -> None:
        """Record the kind of the waiting dates, and note contradictions."""
        make_up = kind == MAKE_UP_WORKDAY
        label = make_up_label(self.names) if make_up else holiday_label(self.names)
        for day in self.waiting:
            earlier = self.days.setdefault(day, Day(settles=make_up, kind=kind, label=label))
            if earlier.kind != kind:
                self.problem(_("%(day)s is both a holiday and a workday."), day=day)
            if make_up and day.weekday() < SATURDAY:
                self.problem(_("%(day)s is a workday anyway, not a weekend day."), day=day)
        self.off += [] if make_up else self.waiting
        self.waiting = []

    def stretch(self, token: re.Match[str]) -> list[date]:
        """Return the dates of a single date or a range; a missing year or month is carried over."""
        parts = token.groups()
        if parts[10]:  # the day of a date that stands alone
            found = self.one(*parts[8:12], before=None)
            return [found] if found else []
        first = self.one(*parts[0:4], before=None)
        last = self.one(*parts[4:8], before=first) if first else None
        if first is None or last is None:
            return []
        if last < first:
            self.problem(_("%(last)s comes before %(first)s."), last=last, first=first)
        return list(days_between(first, last))

    def one(self, *written: str | None, before: date | None) -> date | None:
        """Return one date, and note a problem where the weekday beside it does not match."""
        year, month, day, said = written
        this_month = int(month) if month else (before or self.last).month
        this_year = int(year) if year else self.year_of(this_month, before)
        try:
            found = date(this_year, this_month, int(day or 0))
        except ValueError:
            found = None
        # A year's first holiday may begin, or be worked for, in the December before.
        december = found and found.year == self.year - 1 and found.month == DECEMBER
        if found is None or not (found.year == self.year or december):
            shown = f"{this_year}-{this_month}-{day}"
            self.problem(_("%(date)s is not a date of %(year)d."), date=shown, year=self.year)
            return None
        self.last = found
        weekday = WEEKDAY_NAME.search(said or "")
        if weekday and WEEKDAYS[weekday[1]] != found.weekday():
            self.problem(_("%(day)s is not a %(weekday)s."), day=found, weekday=weekday[0])
        return found

    def year_of(self, month: int, before: date | None) -> int:
        """Return the year of a date without one: New Year's December is that of the year before."""
        if before:
            return before.year + (month < before.month)
        return self.year - (month == DECEMBER and self.names == (NEW_YEAR,))

    def unclear(self, days: list[date], sentence: str) -> None:
        """Record dates of which the sentence does not say what they are."""
        self.problem(
            _("It is unclear whether %(days)s is a holiday or a workday: “%(sentence)s”."),
            days=pgettext("between names", ", ").join(map(str, days)),
            sentence=sentence,
        )

    def problem(self, message: str, **values: object) -> None:
        """Record a contradiction in the text, or between the text and the calendar."""
        self.problems.append(message % values)


# What a word does with the dates before it; “不调休” and “延长…至” do nothing by themselves.
ACTS: Final[Mapping[str, Callable[[Reading, str], None]]] = {
    "rest": Reading.rest,
    "work": Reading.work,
    "joined": Reading.joined,
    "swapped": Reading.swapped,
    "negated": Reading.negated,
    "resumed": Reading.resumed,
}


def weekend_at(days: list[date]) -> list[date]:
    """Return the weekend days adjoining a holiday."""
    found: list[date] = []
    for start, step in ((min(days, default=None), -ONE_DAY), (max(days, default=None), ONE_DAY)):
        day = start + step if start else None
        while day and day.weekday() >= SATURDAY:
            found.append(day)
            day += step
    return found


def _only_weekend(end: date, day: date) -> bool:
    """Return whether nothing but weekend days lies between two dates."""
    return all(one.weekday() >= SATURDAY for one in days_between(end + ONE_DAY, day - ONE_DAY))
