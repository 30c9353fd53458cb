"""Reading what a sentence of a holiday notice in Chinese claims about dates; pure."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from statuspage.settlement.claims import Arrival, Claims, Said, Stretch, days_between

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
    # After the cut-off another date holds than the day's own.
    r"|(?P<late>\d{1,2}:\d{2}(?:以后|之后|后|起|\(含\)))"
    r"|(?P<paid>交易)"
    r"|(?P<arrives>到账|入账|划付|划拨|出款|付款|结算)"
)
# 2026-10-01 and 2026/10/1 are read as 2026年10月1日.
ISO: Final = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")


class ChineseReader:
    """Dates wait for the word that says what is with them."""

    def __init__(self, year: int, claims: Claims) -> None:
        self.claims = claims
        self.year = year
        self.month = 0
        self.late = False
        self.waiting: list[Stretch] = []
        self.paid: list[Stretch] = []

    def sentence(self, sentence: str) -> None:
        """One sentence, or one line of a pasted table."""
        self.waiting, self.paid, self.month, self.late = [], [], 0, False
        worded = False
        for token in TOKEN.finditer(ISO.sub(r"\1年\3月\4日", sentence)):
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
        self.claims.cycle = re.sub(r"\s", "", token["cycle"])

    def _closed(self, token: re.Match[str]) -> None:
        self._say(Said.CLOSED)

    def _settles(self, token: re.Match[str]) -> None:
        self._say(Said.SETTLES)

    def _rests(self, token: re.Match[str]) -> None:
        self._say(Said.RESTS)

    def _paid(self, token: re.Match[str]) -> None:
        self.paid, self.waiting = self.waiting or self.paid, []

    def _late(self, token: re.Match[str]) -> None:
        self.late = True

    def _arrives(self, token: re.Match[str]) -> None:
        if self.paid and self.waiting:
            self._claim(self.paid, self.waiting[-1])
        self.waiting = []

    def _bare_row(self) -> None:
        """A line of nothing but dates is a row of a table: the last is when they arrive."""
        if len(self.waiting) > 1:
            self._claim(self.waiting[:-1], self.waiting[-1])

    def _claim(self, paid: Sequence[Stretch], arrival: Stretch) -> None:
        if arrival[0] == arrival[1] and not self.late:
            self.claims.arrivals += [
                Arrival(first, last, arrival[0], self.claims.cycle) for first, last in paid
            ]
        self.paid, self.late = [], False

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


def _groups(token: re.Match[str], name: str) -> list[str | None]:
    """The unnamed groups inside a named one."""
    start = token.re.groupindex[name]
    size = 8 if name == "stretch" else 4
    return [token[start + number] for number in range(1, size + 1)]
