"""The generated words of every holiday, read by a small reader of the tests' own."""

import re
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from statuspage.settlement.holiday.cards import cards_of
from statuspage.settlement.holiday.checking import Check
from statuspage.settlement.holiday.merging import differing
from statuspage.settlement.holiday.phrases import plain_day
from statuspage.settlement.holiday.table import schedule_of
from statuspage.settlement.holiday.wording import Wording
from tests.statuspage.settlement.holiday.plans import (
    CODES,
    NAMES,
    RULES,
    RuleRow,
    before_it,
    every_holiday,
    payload_of,
)

HOLIDAYS = [*every_holiday()]
LANGUAGES = ["zh-hans", "en"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# A line of the text begins with these words; the number of its column in RULES.
LINES = {
    "zh-hans": {"小微商户 T+1": 0, "小微商户 境外卡T+1": 1},
    "en": {"Micro merchants T+1 (Foreign": 1, "Micro merchants T+1": 0},
}
DAY = {
    "zh-hans": r"(?:\d{{4}}年)?(?:(?P<m{0}>\d+)月)?(?P<d{0}>\d+)日",
    "en": r"(?P<d{0}>\d+)(?: (?P<m{0}>[A-Z][a-z]{{2}})[a-z]*(?: \d{{4}})?)?",
}
ROW = {
    "zh-hans": "{0}(?:至{1})?(?:23:00前)?的交易于?{2}",
    "en": "transactions of {0}(?: to {1})?(?: before 23:00)? arrive (?:on )?{2}",
}
OTHERS = {
    "zh-hans": "其余日期的交易次日到账",
    "en": "other dates in this period arrive on the next day",
}


def table(payload: dict[str, Any], number: int) -> dict[date, date]:
    """Return a column of the table."""
    return {
        date.fromisoformat(row["date"]): date.fromisoformat(row["arrivals"][number])
        for row in payload["table"]["rows"]
    }


def pattern(language: str) -> re.Pattern[str]:
    return re.compile(ROW[language].format(*(DAY[language].format(n) for n in range(3))))


def month(written: str) -> int:
    return int(written) if written.isdecimal() else MONTHS.index(written) + 1


def rows(text: str, language: str, near: date) -> list[tuple[date, date, date]]:
    """Return first and last transaction date and arrival of each row that a text says."""
    found = []
    for one in pattern(language).finditer(text):
        said = one.groupdict()
        months = [said[f"m{n}"] for n in range(3)]
        # A month left out is that of the date beside it.
        months[0] = months[0] or months[1]
        months[1] = months[1] or months[0]
        days = [said["d0"], said["d1"] or said["d0"], said["d2"]]
        assert all(months)
        dates = [
            min(
                (date(near.year + n, month(str(m)), int(str(d))) for n in (-1, 0, 1)),
                key=lambda day: abs(day - near),
            )
            for m, d in zip(months, days, strict=True)
        ]
        found.append((dates[0], dates[1], dates[2]))
    return found


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def words(holiday: str, year: int, language: str) -> dict[str, str]:
    payload = payload_of(holiday, year)
    with before_it(payload, language):
        said = Wording.of(payload, NAMES[language])
        return {
            "title": said.title(),
            "body": said.body(),
            "sms": said.sms(),
            "wechat": said.wechat(),
        }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_the_text_says_every_date_of_the_table_and_nothing_else(
    holiday: str, year: int, language: str
) -> None:
    payload = payload_of(holiday, year)
    near = date.fromisoformat(payload["first_day"])
    read: dict[int, dict[date, date]] = {}
    for line in words(holiday, year, language)["body"].splitlines():
        number = next((n for words, n in LINES[language].items() if line.startswith(words)), None)
        if number is None:
            assert not rows(line, language, near), line
            continue
        read[number] = {
            day: arrival
            for first, last, arrival in rows(line, language, near)
            for day in span(first, last)
        }
        if OTHERS[language] in line:
            one_day = timedelta(days=1)
            rest = set(table(payload, number)) - set(read[number])
            read[number] |= {day: day + one_day for day in rest}
    # Where foreign cards arrive like the others, one line says it of both.
    alike = table(payload, 0) == table(payload, 1)
    assert set(read) == ({0} if alike else {0, 1})
    for number, said in read.items():
        assert said == table(payload, number)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_the_sms_names_one_day_for_the_holidays_transactions_and_says_whose(
    holiday: str, year: int, language: str
) -> None:
    payload, said = payload_of(holiday, year), words(holiday, year, language)["sms"]
    first, last = (date.fromisoformat(payload[name]) for name in ("first_day", "last_day"))
    found = rows(said, language, first)
    foreign = "境外卡" if language == "zh-hans" else "Foreign"
    assert len(found) == (2 if foreign in said else 1)
    for number, (begin, end, arrival) in enumerate(found):
        column = table(payload, number)
        assert begin <= first <= last <= end
        assert {column[day] for day in span(begin, end)} == {arrival}
        # All transactions that arrive on that day, not only those of the holiday.
        assert [day for day in column if column[day] == arrival] == span(begin, end)
    if len(found) == 1:
        assert {table(payload, 1)[day] for day in span(first, last)} == {found[0][2]}
    # One day for T+1, or each says whose.
    assert len({arrival for *_days, arrival in found}) == 1 or foreign in said
    assert ("照常" if language == "zh-hans" else "as usual") in said
    assert "D+1" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_the_products_own_check_finds_nothing_in_them(
    holiday: str, year: int, language: str
) -> None:
    check = Check(schedule_of(payload_of(holiday, year)), CODES)
    said = words(holiday, year, language)
    assert [one for text in said.values() for one in check.findings(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_the_words_fit_their_media(holiday: str, year: int, language: str) -> None:
    said = words(holiday, year, language)
    assert len(said["title"]) <= 120
    assert len(said["wechat"]) <= 20
    assert len(said["sms"]) <= 300
    assert "%(" not in "".join(said.values())
    if language == "zh-hans":
        assert not re.search(r"[,;:](?!\d)", "".join(said.values()))


T1_FOR_ALL: tuple[RuleRow, ...] = (
    ("T+1", "domestic", (("micro", ""), ("industry", ""))),
    ("T+1", "fx", (("micro", "foreign_card"), ("industry", "foreign_card"))),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rules", [RULES, T1_FOR_ALL])
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_wechat_names_the_day_however_few_its_characters(
    holiday: str, year: int, rules: tuple[RuleRow, ...], language: str
) -> None:
    payload = payload_of(holiday, year, rules)
    with before_it(payload, language):
        said = Wording.of(payload, NAMES[language]).wechat()
        # It is the day of the domestic column, and says so where foreign cards have another.
        assert plain_day(table(payload, 0)[date.fromisoformat(payload["first_day"])]) in said
        with override("en"):
            assert Check(schedule_of(payload), CODES).findings(said) == []


def test_of_two_days_of_one_cycle_the_domestic_one_is_said_to_be_it() -> None:
    payload = payload_of("dragon_boat", 2023)
    with before_it(payload, "en"):
        assert Wording.of(payload, NAMES["en"]).wechat() == "domestic T+1: 25 Jun"
    names = {**NAMES["zh-hans"], "foreign_card": "境外银行卡交易"}
    with before_it(payload, "zh-hans"):
        assert Wording.of(payload, names).wechat() == "境内T+1 6月25日到账"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_every_card_is_a_few_rows_that_say_the_table(
    holiday: str, year: int, language: str
) -> None:
    payload = payload_of(holiday, year)
    with before_it(payload, language):
        micro, industry = cards_of(payload, NAMES[language])
    assert micro.anchor != industry.anchor
    assert industry.parts == []
    assert "D+1" in industry.usual
    assert micro.cutoff
    domestic, *foreign = micro.parts
    assert all(1 <= len(part.rows) <= 5 for part in micro.parts)
    assert len(foreign) == (0 if table(payload, 0) == table(payload, 1) else 1)
    # Which cycle, and whose, stands above each part; what foreign cards share is not said again.
    assert len({part.title for part in micro.parts}) == len(micro.parts)
    for part in foreign:
        assert domestic.title in part.others
        assert not {(row.transactions, row.arrival) for row in part.rows} & {
            (row.transactions, row.arrival) for row in domestic.rows
        }
    days = {str(day.day) for day in table(payload, 0).values()}
    for row in domestic.rows:
        assert set(re.findall(r"\d+(?=日)|\d+(?= [A-Z])", row.arrival)) <= days


@pytest.mark.parametrize(("holiday", "year"), HOLIDAYS)
def test_what_a_card_says_of_foreign_cards_is_the_table_and_nothing_twice(
    holiday: str, year: int
) -> None:
    payload = payload_of(holiday, year)
    schedule = schedule_of(payload)
    domestic, foreign = schedule.columns[:2]
    shown = {
        day: row.arrival
        for row in differing(foreign, domestic)
        for day in span(row.first, row.last)
    }
    ours, theirs = table(payload, 0), table(payload, 1)
    assert shown == {day: theirs[day] for day in theirs if theirs[day] != ours[day]}


def test_the_card_of_the_issue() -> None:
    payload = payload_of("national_day", 2026)
    with before_it(payload, "zh-hans"):
        micro, _industry = cards_of(payload, NAMES["zh-hans"])
    assert micro.title == "小微商户"
    domestic, foreign = micro.parts
    assert (domestic.title, foreign.title) == ("T+1（不含境外卡）", "境外卡T+1")
    shown = [(row.transactions, row.arrival) for row in domestic.rows]
    assert ("9月30日–10月7日的交易", "10月8日（周四）") in shown
    # Not "9 to 11 October": of these, domestic cards say the last two already.
    assert ("10月9日的交易", "10月12日（周一）") in [
        (row.transactions, row.arrival) for row in foreign.rows
    ]
    assert foreign.others == "其余日期同T+1（不含境外卡）。"
    assert micro.usual == "秒到：正常结算，不受假期影响。"


@pytest.mark.parametrize(("means", "said"), [("credit", True), ("payout", False)])
def test_a_payout_is_never_said_to_be_like_a_credit(means: str, said: bool) -> None:
    payload = deepcopy(payload_of("national_day", 2026))
    payload["table"]["columns"][1]["date_means"] = means
    with before_it(payload, "zh-hans"):
        micro, _industry = cards_of(payload, NAMES["zh-hans"])
    assert ("其余日期同" in micro.parts[1].others) == said


def test_a_rule_without_workdays_alone_has_nothing_but_as_usual() -> None:
    payload = payload_of("labour_day", 2026, RULES[2:4])
    with before_it(payload, "zh-hans"):
        said = Wording.of(payload, NAMES["zh-hans"])
        assert said.sms() == "劳动节：秒到、行业D+1照常。"
        assert said.wechat() == "秒到、行业D+1照常"
        assert "节后首个工作日" not in said.body()


def test_cycles_of_more_days_and_no_cutoff_are_said_right() -> None:
    payload = payload_of("national_day", 2026, (("T+2", "domestic", (("micro", ""),)),), None)
    with before_it(payload, "zh-hans"):
        said = Wording.of(payload, NAMES["zh-hans"])
        assert said.sms() == "国庆节：T+2 9月30日至10月7日的交易10月9日到账。"
        assert "计" not in said.body()
        assert Check(schedule_of(payload), CODES).findings(said.body()) == []


@pytest.mark.parametrize(
    ("language", "paid", "credited"),
    [
        ("zh-hans", "划付", "到账"),
        ("en", "paid", "arrive"),
    ],
)
def test_a_rule_that_promises_the_payout_does_not_promise_the_credit(
    language: str, paid: str, credited: str
) -> None:
    payload = deepcopy(payload_of("labour_day", 2026, RULES[:1]))
    payload["table"]["columns"][0]["date_means"] = "payout"
    with before_it(payload, language):
        said = Wording.of(payload, NAMES[language])
        (card,) = cards_of(payload, NAMES[language])
        body = said.body().splitlines()[1]
        for text in (said.sms(), body):
            assert paid in text
            assert credited not in text
        assert "days of the payout" in card.parts[0].others or "划付日期" in card.parts[0].others
        assert Check(schedule_of(payload), CODES).findings(said.body()) == []
        assert "划付" in said.wechat() or language == "en"
