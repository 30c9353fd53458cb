"""Find the dates in prose, Chinese or English, as operators write them; pure, without queries."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

# Kept as they are written: only the ASCII comma can stand between the dates of a list.
KEPT: Final = frozenset("\uff0c\uff1b\uff1a")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMERALS: Final = {one: number for number, one in enumerate("一二三四五六七八九十", 1)}
WEEKDAYS: Final = {
    **{one: number for number, one in enumerate("一二三四五六日")},
    "天": 6,
    **{one: number for number, one in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}
NUMERAL: Final = re.compile(r"(?<![周期])([一二三四五六七八九十]{1,3})(?=[月日号])")

MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
ORDINAL: Final = r"(?:st|nd|rd|th)?"
DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})(?!\d)",
        r"(?:(?<!\d)(?P<y>\d{4}|\d{2})\s*年\s*)?(?<!\d)(?P<m>\d{1,2})\s*月\s*"
        r"(?P<d>\d{1,2})(?!\d)\s*[日号]?",
        rf"(?<![\d:])(?P<d>\d{{1,2}}){ORDINAL}(?:\s+of)?[ ](?P<w>{MONTH})"
        r"(?:,?[ ](?P<y>\d{4}))?(?!\d)",
        rf"\b(?P<w>{MONTH})[ ]?(?P<d>\d{{1,2}}){ORDINAL}(?!\d|:\d)(?:,?[ ](?P<y>\d{{4}})(?!\d))?",
    )
)
# Only with other words around them: a fraction, an amount and a version look like this as well.
NUMERIC: Final = re.compile(r"(?<![\d./:+-])(?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?![\d%\u2030./:])")
NUMERIC_BESIDE: Final = re.compile(r"(?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?![\d%\u2030/:])")
NUMERIC_AFTER: Final = re.compile(
    r"\s*(?:[至到~\-–—]\s*\d{1,2}[/.]\d|的?\S{0,6}(?:交易|到账|划付|结算|放假|上班|补班)|起)"
)
# A day of the month that was named before it, as in 10月1日至7日 and October 1 to 7.
DAY: Final = re.compile(
    r"(?P<d>\d{1,2})(?![\d:.%])"
    r"(?:\s*[日号](?!内)|(?=(?:\s*[、至到\-–—~]\s*\d{1,2})*\s*[日号](?!内)))"
)
ENGLISH_DAY: Final = re.compile(
    rf"(?P<d>\d{{1,2}}){ORDINAL}(?![\d%\w])(?![.:]\d)(?!\s*(?:{MONTH}|yuan|days?|workdays?|working))"
)
# A day whose month was named earlier in the sentence, as in 6月7日至10日的交易11日到账.
LATER_DAY: Final = re.compile(
    r"(?<![\d+\-–—~./:第每月年TDStds])(?P<d>\d{1,2})[日号](?=\s*(?:\([^()]{1,9}\))?\s*"
    r"(?:的?(?:T\s*\+?\s*\d)?交易|(?:统一|正常|方可|前|起)?(?:到账|入账|划付|结算|划款|打款|出款)))"
)
# A day of the month that is named after it, as in 1 to 7 October.
DAY_BEFORE: Final = re.compile(
    rf"(?<![\d:.+])(?P<d>\d{{1,2}}){ORDINAL}\s*(?P<by>to|through|until|till|or|and|&|[-–—~,])\s*$"
)
WEEKDAY: Final = re.compile(
    # In brackets with whatever else they hold: (周日，调休) says nothing of what happens then.
    r"\s*\(\s*(?:周|星期|礼拜)(?P<b>[一二三四五六日天])[^()]{0,20}\)"
    r"|\s*\(?\s*(?:周|星期|礼拜)(?P<c>[一二三四五六日天])\s*\)?"
    r"|,?\s*\(?\s*(?P<e>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b\.?\s*\)?"
)
WEEKDAY_BEFORE: Final = re.compile(r"\b(?P<e>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s+$")
INCLUSIVE: Final = re.compile(r"\s*\((?:不?含(?:当日|当天)?|inclusive|incl\.?)\)")
TIME: Final = re.compile(
    r"\s*(?:at\s+)?(?P<h>\d{1,2})(?::\d{2}(?::\d{2})?|\s*[点时](?:\s*\d{1,2}分|整)?)"
)
RANGE: Final = re.compile(
    r"\s*(?:\(含\))?\s*(?:起|前|后|before|after)?\s*(?:至|到|[-–—―−~]+|to|through|thru|until|till|或者?|or)\s*(?=\S)"
)
# After “between”, “and” leads to the end of a range.
BETWEEN: Final = re.compile(r"\bbetween\s+$", re.IGNORECASE)
LIST: Final = re.compile(r"\s*(?:、|和|及|与|以及|,|and|&)\s*(?=\S)")


@dataclass(frozen=True)
class Written:
    """A date as it is written: `year` 0 and `weekday` None are left out, `hour` is of a time."""

    year: int
    month: int
    day: int
    weekday: int | None = None
    hour: int | None = None


@dataclass(frozen=True)
class Mention:
    """Dates that are named together, as ranges, at a place in the text."""

    ranges: tuple[tuple[Written, Written], ...]
    start: int
    end: int

    @property
    def is_range(self) -> bool:
        """True where more than one date is named."""
        return len(self.ranges) > 1 or self.ranges[0][0] != self.ranges[0][1]


def normalised(text: str) -> str:
    """Return the text with half-width signs, dates in Arabic numerals, and 到账 for 到帐."""
    halved = "".join(one if one in KEPT else unicodedata.normalize("NFKC", one) for one in text)
    return NUMERAL.sub(_number, halved.replace("帐", "账"))


def mentions(text: str) -> Iterator[Mention]:
    """Yield the dates that a normalised text names, in the order of the text."""
    place = 0
    while found := _next(text, place):
        mention = _mention(text, *found)
        yield mention
        place, last = mention.end, mention.ranges[-1][1]
        following = _next(text, place)
        stop = following[0] if following else len(text)
        while later := LATER_DAY.search(text, place, stop):
            place = later.end()
            if one := _later_day(last, int(later["d"])):
                yield Mention(((one, one),), later.start(), place)
                last = one


def _later_day(before: Written, day: int) -> Written | None:
    """Return that day of the same month, or of the next one where it is past by then."""
    month, year = before.month, before.year
    if day < before.day:
        month, year = month % 12 + 1, year + (before.month == 12 and year > 0)
    one = Written(year, month, day)
    return one if _date(year or 2024, month, day) else None


def resolved(one: Written, near: date) -> date | None:
    """Return the date, in the year that is nearest to `near` where none is written.

    None where there is no such date.
    """
    years = [one.year] if one.year else [near.year - 1, near.year, near.year + 1]
    found = [day for year in years if (day := _date(year, one.month, one.day))]
    return min(found, key=lambda day: abs(day - near), default=None)


def days_of(first: date, last: date) -> list[date]:
    """Return the dates of a range; its ends alone where they are in the wrong order."""
    if last < first:
        return [first, last]
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _next(text: str, place: int) -> tuple[int, int, Written] | None:
    """Return the first date from that place on, with its start and end."""
    while place < len(text):
        found = [match for one in DATES if (match := one.search(text, place))]
        found += [one for one in NUMERIC.finditer(text, place) if _is_date(text, one)][:1]
        dated = [(one.start(), -one.end(), said) for one in found if (said := _written(one))]
        if dated:
            start, end, written = min(dated, key=lambda one: one[:2])
            return start, -end, written
        # A number that is no date must not hide the dates behind it.
        place = min((one.end() for one in found), default=len(text))
    return None


def _is_date(text: str, found: re.Match[str]) -> bool:
    return bool(NUMERIC_AFTER.match(text, found.end()))


def _written(found: re.Match[str]) -> Written | None:
    parts = found.groupdict()
    word = (parts.get("w") or "").lower()[:3]
    month = MONTHS.index(word) + 1 if word else int(parts["m"])
    year = int(parts.get("y") or 0)
    year += 2000 if 0 < year < 100 else 0
    one = Written(year, month, int(parts["d"]))
    return one if _date(year or 2024, one.month, one.day) else None


def _mention(text: str, start: int, end: int, one: Written) -> Mention:
    """Return the date with those that a range or a list adds to it."""
    weekday, begin = _weekday_before(text, start)
    one, ranges = replace(one, weekday=weekday), []
    if before := DAY_BEFORE.search(text[max(0, start - 14) : start]):
        begin = start - len(before[0])
        earlier = replace(one, day=int(before["d"]))
        if before["by"] in {",", "and", "&"} and not _is_between(text, begin):
            ranges.append((earlier, earlier))
        else:
            one, end = _suffix(text, one, end)
            return _listed(text, begin, end, [(earlier, one)])
    one, end = _suffix(text, one, end)
    joint = LIST if _is_between(text, begin) else RANGE
    last, end = _rest_of_range(text, one, end, joint)
    return _listed(text, begin, end, [*ranges, (one, last)])


def _listed(text: str, start: int, end: int, ranges: list[tuple[Written, Written]]) -> Mention:
    """Return a mention with what stands after it in a list, as in 10月1日、2日."""
    while joint := LIST.match(text, end):
        following = _beside(text, joint.end(), ranges[-1][1])
        if following is None:
            break
        one, end = _suffix(text, *following)
        last, end = _rest_of_range(text, one, end)
        ranges.append((one, last))
    return Mention(tuple(ranges), start, end)


def _rest_of_range(
    text: str, one: Written, end: int, by: re.Pattern[str] = RANGE
) -> tuple[Written, int]:
    """Return the last date of a range that begins there; the date itself where none does."""
    joint = by.match(text, end)
    following = _beside(text, joint.end(), one) if joint else None
    return _suffix(text, *following) if following else (one, end)


def _beside(text: str, place: int, before: Written) -> tuple[Written, int] | None:
    """Return the date that stands right there; a day alone is of the month before it."""
    for pattern in (*DATES, NUMERIC_BESIDE):
        found = pattern.match(text, place)
        if found and (one := _written(found)):
            return one, found.end()
    found = DAY.match(text, place) or ENGLISH_DAY.match(text, place)
    if not found:
        return None
    one = replace(before, day=int(found["d"]), weekday=None, hour=None)
    return (one, found.end()) if _date(2024, one.month, one.day) else None


def _suffix(text: str, one: Written, end: int) -> tuple[Written, int]:
    """Return the date with the weekday and the time that follow it."""
    while found := WEEKDAY.match(text, end) or INCLUSIVE.match(text, end):
        written = found.groupdict()
        day = written.get("b") or written.get("c") or (written.get("e") or "").lower()
        one, end = replace(one, weekday=WEEKDAYS.get(day, one.weekday)), found.end()
    if found := TIME.match(text, end):
        one, end = replace(one, hour=int(found["h"])), found.end()
    return one, end


def _weekday_before(text: str, start: int) -> tuple[int | None, int]:
    """Return the weekday that stands before a date, and where the date begins with it."""
    found = WEEKDAY_BEFORE.search(text[max(0, start - 14) : start])
    return (WEEKDAYS[found["e"].lower()], start - len(found[0])) if found else (None, start)


def _is_between(text: str, begin: int) -> bool:
    return bool(BETWEEN.search(text[max(0, begin - 14) : begin]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(found: re.Match[str]) -> str:
    """Return 二十一 as 21."""
    tens, ten, ones = found[1].partition("十")
    if not ten:
        return str(NUMERALS.get(found[1], found[1]))
    return str(NUMERALS.get(tens, 1) * 10 + NUMERALS.get(ones, 0))
