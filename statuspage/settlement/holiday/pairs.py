"""Read which transactions arrive on which day, as prose says it; pure, without queries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from statuspage.settlement.holiday.dates import Mention, mentions, normalised
from statuspage.settlement.holiday.stated import Stated, stated

SENTENCE: Final = re.compile(r"[。!?\n]+|(?<!\b[A-Z][a-z]{2})(?<!\bSept)\.(?=\s|$)")
CLAUSE: Final = re.compile("[\uff0c\uff1b;,]")
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


class Role(Enum):
    """What a date is in its sentence."""

    TRANSACTION = "transaction"
    ARRIVAL = "arrival"
    REST = "rest"
    WORK = "work"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


# Of several that follow a date the first counts; of those of one place the first here.
WORDS: Final = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        (Role.DOCUMENT, r"印发|发布|公布|发文|下发的|dated|issued|published"),
        (
            Role.REST,
            r"放假|休假|休息|休市|不上班|假期|节假日|(?:不|暂停|停止|不予|无法)(?:结算|到账|划付|出款)"
            r"|holiday|closed|days? off|no (?:settlement|payouts?)|not (?:be )?(?:settled?|paid)",
        ),
        (
            Role.WORK,
            r"上班|补班|调休|工作日|恢复正常|照常|(?:正常|恢复)(?:结算|到账|划付|出款)"
            r"|workdays?|working day|as usual",
        ),
        (
            Role.TRANSACTION,
            r"交易|收款|刷卡|消费|流水|收单|的资金|的款项|的货款"
            r"|transactions?|payments?|sales|takings|money for|funds (?:of|from|for)",
        ),
        (
            Role.ARRIVAL,
            r"到账|入账|划付|结算(?!安排|周期|日历|规则|公告|工作日)|清算|付款|出款|打款|划款|下发"
            r"|arriv\w*|settle[sd]?\b|settling|paid|pa(?:y|ys) out|paid out|credited|lands?\b",
        ),
    )
)
REMARK: Final = re.compile(r"\([^()]*\)")
FIRST_WORKDAY: Final = re.compile(r"[^,;\uff0c\uff1b]{0,6}工作日\S{0,4}(?:到账|结算|划付|入账)")
LABEL: Final = re.compile(
    r"(?:(交易|消费|收款)|(到账|划付|结算|入账|付款))(?:日期|时间|日)(?:统一)?(?:为|是|在)?\s*[:\uff1a]?\s*$"
)
ARROW: Final = re.compile(
    r"(?:→|⇒|->|=>|[:\uff1a]|(?:顺延|推迟|延后|延迟|延)(?:至|到)|carried over to|moved? to)\s*$"
)
# The dates before an arrow are those of transactions: 10月8日 → 10月9日, 10月8日的于10月9日到账.
LEADS_ON: Final = re.compile(
    r"\s*(?:[TDS]\s*\+?\s*\d\s*)?(?:→|⇒|->|=>)\s*|\s*的\s*(?:于|在|将|统一){0,2}\s*", re.IGNORECASE
)
# Needs no transactions before it: T1延迟到10月9日.
DELAYED: Final = re.compile(
    r"(?:[TDS]\s*\+?\s*\d|到账|结算|划付|交易)[^,;\uff0c\uff1b]{0,6}"
    r"(?:(?:顺延|推迟|延后|延迟|延)(?:至|到)|carried over to|moved? to|delayed until)\s*$",
    re.IGNORECASE,
)
# Money that arrives within a range of days, as opposed to what is settled every day.
ARRIVES: Final = re.compile(
    r"\s*(?:\([^()]*\))?\s*(?:陆续|分批|之间|统一|内|左右|将)?(?:到账|入账|划付|划款|打款)(?!的|日)"
)
ARRIVES_IN: Final = re.compile(
    r"\b(?:arrives?|credited|settles?|settled|paid(?: out)?)"
    r"(?: (?:on|between|from|within|during))?\s*$",
    re.IGNORECASE,
)
# A cycle that names itself by the word for arrival: T+1结算.
CYCLE_WORD: Final = re.compile(
    r"([TDS]\s*[+加]?\s*\d{1,2})\s*(?:结算|到账)(?=商户|交易|的交易|产品|用户)", re.IGNORECASE
)
RELATIVE: Final = re.compile(
    r"(?P<next>次日|翌日|第二天|隔日)\s*(?:内|可|将|即可)?\s*(?:正常)?(?:到账|结算|划付|入账|清算)"
    r"|(?P<same>当日|当天)\s*(?:内|可|将|即可)?\s*(?:正常)?(?:到账|结算|划付|入账|清算)"
    r"|(?:arriv\w*|settled?s?|paid(?: out)?|credited)\s+(?:on\s+)?the\s+"
    r"(?:(?P<next2>next|following)|(?P<same2>same))\s+(?:calendar\s+)?day",
    re.IGNORECASE,
)
OTHERS: Final = re.compile(r"其余|其他|其它|以外|之外|\bother\b|\bthe rest\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """Transactions and the day of their arrival, or the number of days after them.

    `others` are dates of the sentence that may be meant where it names no transactions.
    """

    transactions: tuple[Mention, ...]
    arrival: Mention | None
    days_later: int
    others: tuple[Mention, ...]
    # The words that say whose money it is.
    context: str
    # Before the first pair of a sentence stands its heading.
    first: bool = True
    heading: str = ""


@dataclass(frozen=True)
class Reading:
    """All dates of a text with their roles and what is stated of them, and all pairs."""

    dates: tuple[tuple[Mention, Role, Stated | None], ...]
    pairs: tuple[Pair, ...]


def read(text: str) -> Reading:
    """Return what a text says about dates."""
    dates: list[tuple[Mention, Role, Stated | None]] = []
    pairs: list[Pair] = []
    heading = ""
    for sentence in _sentences(normalised(text)):
        found = _Sentence(sentence, heading)
        dates += [(*one, said) for one, said in zip(found.dates, found.stated, strict=True)]
        pairs += found.pairs()
        # A line that only names whose dates follow is the heading of the next ones.
        heading = _heading(sentence, heading, dated=bool(found.dates))
    return Reading(tuple(dates), tuple(pairs))


def _sentences(text: str) -> Iterator[str]:
    return (one.strip() for one in SENTENCE.split(text) if one and one.strip())


def _heading(sentence: str, before: str, *, dated: bool) -> str:
    if sentence.endswith((":", "\uff1a")) and not dated:
        return sentence
    return before if dated and before else ""


@dataclass
class _Sentence:
    """One sentence while it is read from left to right."""

    text: str
    heading: str
    dates: list[tuple[Mention, Role]] = field(default_factory=list)
    stated: list[Stated | None] = field(default_factory=list)
    # The transactions whose arrival is still to be said, or was just said.
    pending: list[Mention] = field(default_factory=list)
    done: bool = False
    # Where the words about the next pair begin.
    begun: int = 0
    # It names the day first, and then the transactions.
    backwards: bool = False

    def __post_init__(self) -> None:
        found = [*mentions(self.text)]
        ends = [0, *(one.end for one in found)]
        starts = [*(one.start for one in found), len(self.text)]
        for number, one in enumerate(found):
            before = self.text[ends[number] : one.start]
            after = self.text[one.end : starts[number + 1]]
            self.dates.append((one, self._role(one, before, after)))
            self.stated.append(stated(one, before, after))

    def _role(self, one: Mention, before: str, after: str) -> Role:
        if label := LABEL.search(before):
            return Role.TRANSACTION if label[1] else Role.ARRIVAL
        chinese = bool(CHINESE.search(self.text))
        # What stands in brackets is a remark: (节后首个工作日).
        after = REMARK.sub("", CYCLE_WORD.sub(r"\1", after))
        follows = _first(after)
        leads = _last(before)
        role = follows or Role.UNKNOWN if chinese else leads or follows or Role.UNKNOWN
        if role is Role.REST and _goes_on(after, Role.TRANSACTION):
            role = Role.TRANSACTION
        if role is Role.WORK and follows is role and FIRST_WORKDAY.match(after):
            role = Role.ARRIVAL
        if role is Role.UNKNOWN and chinese and leads is Role.ARRIVAL and not CLAUSE.search(before):
            role = Role.ARRIVAL
        if role is Role.UNKNOWN and LEADS_ON.fullmatch(after):
            role = Role.TRANSACTION
        arrow = (ARROW.search(before) and self.dates) or DELAYED.search(before)
        if not one.is_range and arrow:
            role = Role.ARRIVAL if role in {Role.UNKNOWN, Role.ARRIVAL} else role
        if not one.is_range or role not in {Role.ARRIVAL, Role.UNKNOWN}:
            return role
        # What is settled on several days is rarely an arrival; what arrives on them is.
        said = ARRIVES.match(after) if chinese else ARRIVES_IN.search(before)
        return Role.ARRIVAL if said and len(one.ranges) == 1 else Role.UNKNOWN

    def pairs(self) -> Iterator[Pair]:
        """Yield the pairs of the sentence, in its order."""
        for number, (one, role) in enumerate(self.dates):
            if role is Role.TRANSACTION:
                self.pending = [one] if self.done else [*self.pending, one]
                self.done = False
            elif role is Role.ARRIVAL:
                yield self._arrival(number, one)
            yield from self._relative(number)

    def _arrival(self, number: int, one: Mention) -> Pair:
        """Return the pair of an arrival: with the transactions before it, or right after it."""
        follows = self._transaction_after(number)
        self.backwards = self.backwards or bool(follows and (self.done or not self.pending))
        named = [follows] if self.backwards and follows else self.pending
        pair = self._pair(named, one, 0, self._end(number))
        if not named:
            maybe = {Role.UNKNOWN, Role.WORK, Role.REST}
            before = [said for said, role in self.dates[:number] if role in maybe]
            pair = replace(pair, others=tuple(before))
        self.done = True
        self.pending = [] if self.backwards else self.pending
        return pair

    def _relative(self, number: int) -> Iterator[Pair]:
        """Yield what arrives on the same or the next day, as said after that date."""
        start = self.dates[number][0].end
        end = self.dates[number + 1][0].start if number + 1 < len(self.dates) else len(self.text)
        for found in RELATIVE.finditer(self.text, start, end):
            later = 1 if found["next"] or found["next2"] else 0
            pair = self._pair(self.pending, None, later, found.end())
            if self.pending and not OTHERS.search(self.text[start : found.end()]):
                yield pair
            self.done = True

    def _pair(self, named: list[Mention], arrival: Mention | None, later: int, end: int) -> Pair:
        """Return a pair whose words go on to that place; those of the next one begin there."""
        begun, self.begun = self.begun, end
        context, first = self.text[begun:end], begun == 0
        # What arrives on the same or the next day was said of other money.
        earlier = [one.end() for one in RELATIVE.finditer(context)] if arrival else []
        context = context[max(earlier, default=0) :]
        return Pair(tuple(named), arrival, later, (), context, first, self.heading)

    def _transaction_after(self, number: int) -> Mention | None:
        """Return the transactions that the same clause names after its arrival."""
        if number + 1 >= len(self.dates):
            return None
        one, role = self.dates[number + 1]
        between = self.text[self.dates[number][0].end : one.start]
        return one if role is Role.TRANSACTION and not CLAUSE.search(between) else None

    def _end(self, number: int) -> int:
        """Return where the words about an arrival end: with its clause, or before a bracket."""
        place = self.dates[number][0].end
        following = self.dates[number + 1][0].start if number + 1 < len(self.dates) else None
        stop = CLAUSE.search(self.text, place)
        end = stop.start() if stop else len(self.text)
        if following is None or following > end:
            return end
        opened = self.text.rfind("(", place, following)
        return opened if opened >= 0 and ")" not in self.text[opened:following] else following


def _first(text: str) -> Role | None:
    """Return the role whose word comes first, before the clause ends in another date's words."""
    found = [
        (match.start(), order, role)
        for order, (role, words) in enumerate(WORDS)
        if (match := words.search(text))
    ]
    return min(found, key=lambda one: one[:2])[2] if found else None


def _last(text: str) -> Role | None:
    found = [
        (match.end(), -order, role)
        for order, (role, words) in enumerate(WORDS)
        for match in words.finditer(text)
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def _goes_on(after: str, role: Role) -> bool:
    """Return whether the same clause goes on to speak of that."""
    clause = CLAUSE.split(after, maxsplit=1)[0]
    return bool(dict(WORDS)[role].search(clause))
