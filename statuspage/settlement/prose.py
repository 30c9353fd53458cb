"""Reading what a holiday notice's Chinese prose claims about dates; pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final

WEEKDAYS: Final = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY: Final = r"(?:\((?:周|星期|礼拜)([一二三四五六日天])\))?"
_TO: Final = r"\s*(?:至|到|[-—–−~]+)\s*"
# The year and the month may be left out; “T+1日” and “3日内” are no dates.
_NUMBER: Final = r"(?<![\d+.:])(\d{1,2})(?:日|号)(?!内|后)"
_DAY: Final = rf"(?:(\d{{4}})年)?(?:(\d{{1,2}})月)?{_NUMBER}{_WEEKDAY}"
_OPEN_DAY: Final = rf"(?:(\d{{4}})年)?(\d{{1,2}})月(\d{{1,2}})(?:日|号)?{_WEEKDAY}"
TOKEN: Final = re.compile(
    rf"(?P<stretch>{_OPEN_DAY}{_TO}{_DAY})|(?P<day>{_DAY})"
    r"|(?P<cycle>[TD]\s*\+\s*\d{1,2})"
    r"|(?P<closed>(?:不(?:进行|予)?|暂停|停止)(?:资金)?(?:结算|清算|划付|到账|出款))"
    r"|(?P<settles>正常(?:进行)?(?:结算|清算|划付|到账|出款|工作)|上班|补班|补休班)"
    r"|(?P<rests>放假|休息|休市)"
    r"|(?P<paid>交易)"
    r"|(?P<arrives>到账|入账|划付|划拨|出款|付款|结算)"
)
SENTENCE: Final = re.compile(r"[。;\n]")


class Said(Enum):
    """What is said of some dates."""

    RESTS = "rests"
    SETTLES = "settles"
    CLOSED = "closed"


@dataclass(frozen=True)
class Arrival:
    """“Transactions from A to B arrive on C”; `cycle` is the last one named before, if any."""

    first: date
    last: date
    arrival: date
    cycle: str


@dataclass
class Claims:
    """Everything that a text says about dates."""

    weekdays: list[tuple[date, int]] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    days: list[tuple[Said, date]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    def said(self, what: Said) -> list[date]:
        """The dates of which that is said."""
        return [day for said, day in self.days if said is what]


Stretch = tuple[date, date]


def claims_of(text: str, year: int) -> Claims:
    """What the text claims; a date without a year is of `year`."""
    reader = _Reader(year)
    # Full-width digits, brackets and colons become plain ones.
    for sentence in SENTENCE.split(unicodedata.normalize("NFKC", text)):
        reader.sentence(sentence)
    return reader.claims


class _Reader:
    """Dates wait for the word that says what is with them."""

    def __init__(self, year: int) -> None:
        self.claims = Claims()
        self.year = year
        self.month = 0
        self.cycle = ""
        self.waiting: list[Stretch] = []
        self.paid: list[Stretch] = []

    def sentence(self, sentence: str) -> None:
        """One sentence, or one line of a pasted table."""
        self.waiting, self.paid, self.month = [], [], 0
        worded = False
        for token in TOKEN.finditer(sentence):
            name = token.lastgroup or ""
            worded = worded or name in {"closed", "settles", "rests", "arrives"}
            getattr(self, f"_{name}")(token)
        if not worded and not self.paid:
            self._bare_row()

    def _stretch(self, token: re.Match[str]) -> None:
        numbers = _groups(token, "stretch")
        first, last = self._date(numbers[:4]), self._date(numbers[4:])
        if first and last:
            self.waiting.append((first, last))

    def _day(self, token: re.Match[str]) -> None:
        day = self._date(_groups(token, "day"))
        if day:
            self.waiting.append((day, day))

    def _cycle(self, token: re.Match[str]) -> None:
        self.cycle = re.sub(r"\s", "", token["cycle"])

    def _closed(self, token: re.Match[str]) -> None:
        self._say(Said.CLOSED)

    def _settles(self, token: re.Match[str]) -> None:
        self._say(Said.SETTLES)

    def _rests(self, token: re.Match[str]) -> None:
        self._say(Said.RESTS)

    def _paid(self, token: re.Match[str]) -> None:
        self.paid, self.waiting = self.waiting or self.paid, []

    def _arrives(self, token: re.Match[str]) -> None:
        if self.paid and self.waiting:
            self._claim(self.paid, self.waiting[-1])
        self.waiting = []

    def _bare_row(self) -> None:
        """A line of nothing but dates is a row of a table: the last is when they arrive."""
        if len(self.waiting) > 1:
            self._claim(self.waiting[:-1], self.waiting[-1])

    def _claim(self, paid: Sequence[Stretch], arrival: Stretch) -> None:
        if arrival[0] == arrival[1]:
            self.claims.arrivals += [
                Arrival(first, last, arrival[0], self.cycle) for first, last in paid
            ]
        self.paid = []

    def _say(self, what: Said) -> None:
        for stretch in self.waiting:
            self.claims.days += [(what, day) for day in days_between(*stretch)]
        self.waiting = []

    def _date(self, numbers: Sequence[str | None]) -> date | None:
        year, month, day, weekday = numbers
        self.month = int(month) if month else self.month
        if not self.month:
            return None
        try:
            found = date(int(year) if year else self.year, self.month, int(day or 0))
        except ValueError:
            self.claims.impossible.append(f"{self.month}月{day}日")
            return None
        if weekday:
            self.claims.weekdays.append((found, WEEKDAYS[weekday]))
        return found


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last, which is one of them."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _groups(token: re.Match[str], name: str) -> list[str | None]:
    """The unnamed groups inside a named one."""
    start = token.re.groupindex[name]
    size = 8 if name == "stretch" else 4
    return [token[start + number] for number in range(1, size + 1)]
