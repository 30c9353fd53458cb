"""Reading what a sentence of a holiday notice in English claims about dates; pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from statuspage.settlement.claims import Arrival, Claims, Said, Stretch, days_between

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# “May” is a month only with its capital: “on the 9th may be slow”.
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY)|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_WEEKDAY: Final = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"
_BEFORE: Final = rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?"
_AFTER: Final = rf"(?:,?\s*\(\s*(?:an?\s+)?{_WEEKDAY}\s*\))?"
_YEAR: Final = r"(?:,?\s+\d{4}\b)?"
# No date: 9:30, 1.00, T+1, 100,000.
_NUMBER: Final = r"(?<![\d+.:/,])\d{1,2}(?:st|nd|rd|th)?(?![\d%])(?![:.,/]\d)"
_DAY_FIRST: Final = rf"{_BEFORE}{_NUMBER}(?:\s+of)?\s+{_MONTH}{_YEAR}{_AFTER}"
_MONTH_FIRST: Final = rf"{_BEFORE}\b{_MONTH}\s+(?:the\s+)?{_NUMBER}{_YEAR}{_AFTER}"
_ISO: Final = rf"{_BEFORE}(?<!\d)\d{{4}}-\d{{1,2}}-\d{{1,2}}(?!\d){_AFTER}"
_BARE: Final = rf"{_BEFORE}{_NUMBER}{_AFTER}"
_DATE: Final = rf"(?:{_ISO}|{_DAY_FIRST}|{_MONTH_FIRST})"
_TO: Final = r"\s*(?:\bto\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b|[-–—−~])\s*"
_SPAN: Final = (
    rf"between\s+(?:{_DATE}|{_BARE})\s+and\s+(?:{_DATE}|{_BARE})"
    rf"|{_MONTH_FIRST}{_TO}{_BARE}(?!\s+(?:of\s+)?{_MONTH})"
    rf"|(?:{_DATE}|{_BARE}){_TO}{_DATE}"
)
# “1, 2 and 3 October”: a number whose month is yet to come.
_LISTED: Final = (
    rf"{_NUMBER}(?=(?:\s*,\s*{_NUMBER})*\s*(?:,|&|\band\b)\s*{_NUMBER}\s+(?:of\s+)?{_MONTH})"
)
_HOLIDAY: Final = (
    r"(?:(?:public|statutory|national|bank)\s+)?(?:holidays?|days?\s+off|days?\s+of\s+rest)"
)
_WORKDAY: Final = r"(?:make-?up\s+)?(?:settlement\s+)?work(?:ing)?[\s-]*days?"
_IS: Final = r"(?:is|are|was|were|be|being|as)\s+(?:an?\s+|the\s+)?"
_NO: Final = r"(?:no|nothing|not|never|without)\b"
TOKEN: Final = re.compile(
    rf"(?P<ambiguous>(?<!\d)\d{{1,2}}/\d{{1,2}}/\d{{4}}(?!\d))"
    rf"|(?P<stretch>{_SPAN})|(?P<day>{_DATE})|(?P<listed>{_LISTED})"
    r"|(?P<cycle>\b[TD]\s*\+\s*\d{1,2}\b)"
    # “The first day after the holiday” calls no day a holiday.
    r"|(?P<aside>\b(?:after|before|following|over|during|since|until)\s+(?:the\s+|a\s+)?"
    r"(?:[\w'’-]+\s+){0,3}?(?:holidays?|break)\b)"
    rf"|(?P<closed>\b{_NO}(?:\s+\w+){{0,2}}\s+(?:settle\w*|payouts?|paid\s+out|pay\s+out|arrives?)\b"
    r"|\b(?:settlement|payouts?)\s+(?:is|are|will\s+be)\s+(?:suspended|paused|stopped|closed)\b"
    r"|\b(?:suspends?|pauses?|stops?)\s+(?:settlement|payouts?)\b)"
    rf"|(?P<settles>\b{_IS}{_WORKDAY}\b|\bmake-?up\s+(?:work(?:ing)?[\s-]*)?days?\b"
    rf"|\b(?:is|are)\s+worked\b|\bworked\s+in\s+exchange\b|\bwe\s+work\b|\b{_WORKDAY}(?:\s+are|\s*:)"
    r"|\b(?:settles?|settlement\s+(?:runs|works|goes\s+on|continues))\s+as\s+(?:usual|normal|always)\b)"
    rf"|(?P<rests>\b{_IS}{_HOLIDAY}\b"
    r"|\b(?:holidays?|break|days?\s+off|days?\s+of\s+rest)"
    r"(?:\s+(?:is|are|will\s+be|runs?|lasts?|falls?))?\s*(?:from\b|on\b|:|\()?(?=\s*(?:between\b|\d|"
    rf"{_WEEKDAY}|{_MONTH}))|\b(?:is|are|be)\s+closed\b|\brest(?:s|ing)?\s+(?:from|on)\b)"
    r"|(?P<paid>\b(?:transactions?|payments?|takings|sales|money|funds|those|what\s+is\s+paid)\b)"
    r"|(?P<arrives>\b(?:arriv(?:es?|ed|ing)|reach(?:es)?|settled?|settles|(?:pays?|paid)\s+out"
    r"|(?:is|are|be)\s+paid|credited|payouts?|transferred)\b)"
    # After the cut-off another date holds than the day's own.
    r"|(?P<late>\b(?:after|from|since)\s+\d{1,2}:\d{2}(?:\s+on\b)?)"
    r"|(?P<comma>,)",
    re.IGNORECASE,
)
PART: Final = re.compile(
    rf"(?P<iso>{_ISO})|(?P<day_first>{_DAY_FIRST})|(?P<month_first>{_MONTH_FIRST})|(?P<bare>{_BARE})",
    re.IGNORECASE,
)
ABBREVIATED: Final = re.compile(r"\b(jan|feb|mar|apr|aug|sept?|oct|nov|dec)\.", re.IGNORECASE)
SAYS: Final[Mapping[str, Said]] = {
    "closed": Said.CLOSED,
    "settles": Said.SETTLES,
    "rests": Said.RESTS,
}


def without_abbreviations(text: str) -> str:
    """“Sept. 30” without the stop, which ends no sentence."""
    return ABBREVIATED.sub(r"\1", text)


class EnglishReader:
    """Words may come before their dates or after them: a sentence is read to its end."""

    def __init__(self, year: int, claims: Claims) -> None:
        self.claims = claims
        self.year = year
        self.read: Mapping[str, Callable[[re.Match[str]], None]] = {
            "stretch": self._stretch,
            "day": self._stretch,
            "listed": self._listed,
            "cycle": self._cycle,
            "paid": self._paid,
            "arrives": self._arrives,
            "ambiguous": lambda token: self.claims.ambiguous.append(token[0]),
            "comma": self._comma,
            "late": self._late,
        }
        self._begin()

    def _begin(self) -> None:
        self.waiting: list[Stretch] = []
        self.paid: list[Stretch] = []
        self.listed: list[str] = []
        self.arrival: Stretch | None = None
        self.says: Said | None = None  # what was said before its dates
        self.said_last: Said | None = None
        self.cycles: list[str] = []
        self.speaks_of_paid = self.has_arrived = self.worded = self.late = False

    def sentence(self, sentence: str) -> None:
        """One sentence, or one line of a pasted table."""
        self._begin()
        for token in TOKEN.finditer(sentence):
            name = token.lastgroup or ""
            if name in SAYS:
                self._word(SAYS[name])
            elif name in self.read:
                self.read[name](token)
        self._end()

    def _stretch(self, token: re.Match[str]) -> None:
        parts = [_part(one) for one in PART.finditer(token[0])]
        for number in self.listed:
            self._found([{**parts[0], "day": number, "weekday": None}])
        self.listed = []
        self._found(parts)

    def _listed(self, token: re.Match[str]) -> None:
        self.listed.append(token[0])

    def _found(self, parts: list[dict[str, str | None]]) -> None:
        days = self._dates(parts)
        if len(days) != len(parts):
            return
        stretch = (days[0], days[-1])
        if self.says and not self.speaks_of_paid:
            self._say(self.says, [stretch])
        elif self.has_arrived and self.paid:
            self._claim(stretch)
        else:
            self.waiting.append(stretch)

    def _cycle(self, token: re.Match[str]) -> None:
        self.claims.cycle = re.sub(r"\s", "", token[0]).upper()
        self.cycles.append(self.claims.cycle)

    def _word(self, said: Said) -> None:
        """Dates before it are meant; without any, those that follow."""
        self.worded = True
        if self.paid and self.has_arrived:
            return
        if self.waiting and not self.speaks_of_paid:
            self._say(said, self.waiting)
            self.waiting, self.says = [], None
        else:
            self.says = said
        self.said_last = said

    def _paid(self, token: re.Match[str]) -> None:
        self.says = None
        if self.has_arrived and not self.paid and self.waiting:
            self.arrival, self.waiting = self.waiting[-1], []  # “On the 8th arrive payments of …”
        elif self.has_arrived and not self.waiting:
            self.has_arrived = False
        self.speaks_of_paid = True

    def _arrives(self, token: re.Match[str]) -> None:
        self.worded = True
        if self.says:
            return
        if self.speaks_of_paid and self.waiting:
            self.paid, self.waiting = self.waiting, []
        self.has_arrived = True

    def _late(self, token: re.Match[str]) -> None:
        self.late = True

    def _comma(self, token: re.Match[str]) -> None:
        self.says = None

    def _end(self) -> None:
        if self.arrival and self.waiting:
            self.paid, arrival = self.waiting, self.arrival
            self._claim(arrival)
        elif self.speaks_of_paid or not self.worded:
            # “… those of the 8th on the 9th”, or a row of a table: the last is when they arrive.
            if len(self.waiting) > 1:
                self.paid, arrival = self.waiting[:-1], self.waiting[-1]
                self._claim(arrival)
        elif self.has_arrived and len(self.waiting) > 1:
            self.paid, arrival = self.waiting[:-1], self.waiting[-1]
            self._claim(arrival)
        elif self.said_last and self.waiting:
            self._say(self.said_last, self.waiting)

    def _claim(self, arrival: Stretch) -> None:
        if arrival[0] == arrival[1] and not self.late:
            cycle = self.claims.cycle
            self.claims.arrivals += [Arrival(*one, arrival[0], cycle) for one in self.paid]
        self.paid, self.waiting, self.has_arrived, self.late = [], [], False, False

    def _say(self, said: Said, stretches: list[Stretch]) -> None:
        """D cycles go on through holidays: that they settle then calls no day a workday."""
        if said is Said.SETTLES and any(one.startswith("D") for one in self.cycles):
            return
        for stretch in stretches:
            self.claims.days += [(said, day) for day in days_between(*stretch)]

    def _dates(self, parts: list[dict[str, str | None]]) -> list[date]:
        month = next((one["month"] for one in parts if one["month"]), None)
        year = next((one["year"] for one in parts if one["year"]), None)
        whole = [
            {**one, "month": one["month"] or month, "year": one["year"] or year} for one in parts
        ]
        days = [found for one in whole if (found := self._date(one))]
        if len(days) == 2 and days[0] > days[1]:
            days[0] = _year_before(days[0])
        for one, day in zip(parts, days, strict=False):
            if one["weekday"] and len(days) == len(parts):
                self.claims.weekdays.append((day, WEEKDAYS.index(one["weekday"])))
        return days

    def _date(self, part: Mapping[str, str | None]) -> date | None:
        day, month = int(str(part["day"]).rstrip("stndrh")), part["month"]
        if month is None:
            return None
        number = int(month) if month.isdigit() else MONTHS.index(month) + 1
        try:
            return date(int(part["year"] or self.year), number, day)
        except ValueError:
            self.claims.impossible.append(
                f"{day}/{number}" if month.isdigit() else f"{day} {month.title()}"
            )
            return None


def _year_before(day: date) -> date:
    """“30 December to 2 January”: the year is that of the end."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _part(found: re.Match[str]) -> dict[str, str | None]:
    """What of a date is written; months and weekdays by three letters, or a month by digits."""
    written, rest = found[0], found[0]
    weekday = re.search(_WEEKDAY, written, re.IGNORECASE)
    if weekday:
        rest = rest.replace(weekday[0], " ", 1)
    named = weekday[0][:3].lower() if weekday else None
    if found.lastgroup == "iso":
        year, month, day = re.findall(r"\d+", rest)[:3]
        return {"year": year, "month": month, "day": day, "weekday": named}
    said = re.search(_MONTH, rest, re.IGNORECASE)
    years = re.search(r"\b\d{4}\b", rest)
    number = re.search(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?!\d)", rest, re.IGNORECASE)
    return {
        "year": years[0] if years else None,
        "month": said[0][:3].lower() if said else None,
        "day": number[0].lower() if number else None,
        "weekday": named,
    }
