"""A State Council notice pasted as prose becomes days, or a list of what is wrong with it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from statuspage.calendar.library import library_days
from statuspage.calendar.notice_text import notice_parse
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, STATUTORY_HOLIDAY
from tests.statuspage.calendar.notices import BODIES, FOOT, NOTICES, NUMBERS, REARRANGED_2019

# What the library knows of a year that its own notice did not say, and why.
SAID_ELSEWHERE = {
    2018: {date(2018, 12, day) for day in (29, 30, 31)},  # New Year's Day 2019: the next notice
    2019: {date(2019, 4, 28), date(2019, 5, 5)}  # rearranged in March 2019
    | {date(2019, 5, day) for day in (2, 3, 4)},
    2020: {date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)},  # made longer in January 2020
    2022: {date(2022, 12, 31)},  # New Year's Day 2023
    2023: {date(2023, 12, 30), date(2023, 12, 31)},  # New Year's Day 2024, joined to the weekend
}
# The notice joins a holiday to its weekend; the library does not always name those days so.
JOINED_WEEKENDS = {
    *(date(2018, 6, day) for day in (16, 17)),
    *(date(2018, 9, day) for day in (22, 23)),
    *(date(2024, 6, day) for day in (8, 9)),
}


def problems(body: str, year: int = 2026) -> tuple[str, ...]:
    return notice_parse(body, year).problems


def days(body: str, kind: str, year: int = 2026) -> list[str]:
    read = notice_parse(body, year)
    assert not read.problems
    return [str(day) for day, what in sorted(read.days.items()) if what.kind == kind]


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_every_years_notice_is_read_as_the_library_knows_it(year):
    read = notice_parse(NOTICES[year])
    assert read.problems == read.doubts == ()
    assert (read.year, read.document_number) == (year, NUMBERS[year][0])
    assert read.title == f"国务院办公厅关于{year}年部分节假日安排的通知"
    assert not read.partial
    here = {day: what.kind for day, what in read.days.items() if day.year == year}
    elsewhere = {*JOINED_WEEKENDS, *SAID_ELSEWHERE.get(year, ())}
    here = {day: kind for day, kind in here.items() if day not in elsewhere}
    known = {day: what.kind for day, what in library_days(year).items() if day not in elsewhere}
    assert here == known


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_a_notice_pasted_on_one_line_reads_the_same(year):
    in_one = NOTICES[year].replace("\n", "")
    assert notice_parse(in_one).days == notice_parse(NOTICES[year]).days


def test_days_of_the_december_before_are_read_with_their_year():
    read = notice_parse(NOTICES[2019])
    assert read.days[date(2018, 12, 29)].kind == MAKE_UP_WORKDAY
    assert read.days[date(2018, 12, 30)].kind == STATUTORY_HOLIDAY


def test_a_day_off_that_is_only_recommended_stays_a_workday():
    assert date(2024, 2, 9) not in notice_parse(NOTICES[2024]).days


def test_a_rearrangement_names_its_days_and_leaves_the_rest_alone():
    read = notice_parse(REARRANGED_2019)
    assert read.partial
    assert read.problems == ()
    assert read.document_number == "国办发明电〔2019〕3号"
    assert sorted(read.days) == [
        date(2019, 4, 28),
        *(date(2019, 5, day) for day in (1, 2, 3, 4, 5)),
    ]
    assert read.days[date(2019, 5, 2)].label["zh-hans"] == "劳动节"


def test_both_holidays_of_a_joined_one_are_named():
    read = notice_parse(NOTICES[2023])
    assert read.days[date(2023, 10, 1)].label == {
        "zh-hans": "中秋节、国庆节",
        "en": "Mid-Autumn Festival, National Day",
    }
    assert read.days[date(2023, 10, 7)].label["zh-hans"] == "中秋节、国庆节调休上班"


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("元旦：1月1日放假，1月2日（星期五）补休。", ["2026-01-01", "2026-01-02"]),
        ("元旦：1月1日(周四)放假1天,不调休。", ["2026-01-01"]),
        (
            "元旦：１月１日（周四）至３日（周六）放假，共３天。",
            ["2026-01-01", "2026-01-02", "2026-01-03"],
        ),
        ("元旦：1月1日—2日放假，共2天。", ["2026-01-01", "2026-01-02"]),
        ("国庆节和中秋节：9月30日到10月1日放假。", ["2026-09-30", "2026-10-01"]),
        (
            "端午节：6月19日放假，与周末连休，共3天。",
            ["2026-06-19", "2026-06-20", "2026-06-21"],
        ),
        ("清明节：4月6日放假，与周末连休。", ["2026-04-04", "2026-04-05", "2026-04-06"]),
    ],
)
def test_the_usual_ways_to_say_a_holiday(body, rest):
    assert days(body, STATUTORY_HOLIDAY) == rest


@pytest.mark.parametrize(
    "body",
    [
        "国庆节：9月20日（周日）、10月10日（周六）上班。",
        "国庆节：9月20日、10月10日上班。",
        "国庆节：9月20日（星期天）和10月10日（星期六）上班。",
        "国庆节：2026年9月20日（农历八月初十、周日）上班，10月10日（周六）上班。",
    ],
)
def test_the_usual_ways_to_say_a_make_up_day(body):
    assert days(body, MAKE_UP_WORKDAY) == ["2026-09-20", "2026-10-10"]


def test_a_month_left_out_is_that_of_the_date_before():
    assert days("春节：2月14日（周六）、28日（周六）上班。", MAKE_UP_WORKDAY) == [
        "2026-02-14",
        "2026-02-28",
    ]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("国庆节：10月1日（周五）至7日（周三）放假调休，共7天。", "2026-10-01 is not a 周五"),
        ("国庆节：10月1日（周四）至7日（周四）放假调休，共7天。", "2026-10-07 is not a 周四"),
        ("国庆节：10月1日至7日放假调休，共8天。", "The notice says 8 days, but the dates make 7"),
        ("国庆节：10月7日至1日放假调休。", "2026-10-01 comes before 2026-10-07"),
        ("国庆节：2月30日放假。", "2026-2-30 is not a date of 2026"),
        ("国庆节：2029年10月1日放假。", "2029-10-1 is not a date of 2026"),
        ("国庆节：10月1日放假。10月1日上班。", "2026-10-01 is both a holiday and a workday"),
        ("国庆节：10月9日（周五）上班。", "2026-10-09 is a workday anyway"),
        (
            "国庆节：10月1日放假，10月10日另行通知。",
            "unclear whether 2026-10-10 is a holiday or a workday",
        ),
    ],
)
def test_a_contradiction_is_reported(body, complaint):
    assert any(complaint in one for one in problems(body)), problems(body)


def test_a_text_without_a_year_is_refused_unless_one_is_given():
    with pytest.raises(ValidationError, match="does not name a year"):
        notice_parse(BODIES[2026])
    assert notice_parse(BODIES[2026], 2026).days == notice_parse(NOTICES[2026]).days


@pytest.mark.parametrize("text", ["", FOOT, "国务院办公厅关于2027年部分节假日安排的通知"])
def test_a_text_without_a_holiday_is_refused(text):
    with pytest.raises(ValidationError, match="No holiday"):
        notice_parse(text, 2027)


PIECES = st.sampled_from(
    [
        *("国庆节：", "元旦:", "10月1日", "2月30日", "99日", "0000年1月1日", "9999年12月31日"),
        *("（周一）", "（", "至", "放假", "上班", "补休", "与周末连休", "共3天", "，", "。", "\n"),
        *("1月1日至12月31日", "国务院办公厅关于2026年部分节假日安排的通知", "٣月٣日", "x"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=200))
@example("国庆节：9999年12月31日放假，与周末连休。")
@example("元旦：0001年1月1日放假，与周末连休。")
def test_whatever_is_pasted_is_read_or_refused(text):
    try:
        read = notice_parse(text, 2026)
    except ValidationError:
        return
    assert all(read.year - 1 <= day.year <= read.year for day in read.days)
