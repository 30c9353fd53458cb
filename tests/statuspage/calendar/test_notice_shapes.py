"""Notices as people paste them: headings of every shape, broken lines, and what is left out."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.notice_text import HolidayNotice, notice_parse
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, STATUTORY_HOLIDAY
from tests.statuspage.calendar.notices import NOTICES, REARRANGED_2019

SPRING = [date(2026, 2, day) for day in range(5, 8)]


def labels(read: HolidayNotice) -> dict[str, list[date]]:
    """Return the days off by the Chinese name of their holiday."""
    found: dict[str, list[date]] = {}
    for day, what in sorted(read.days.items()):
        if what.kind == STATUTORY_HOLIDAY:
            found.setdefault(what.label["zh-hans"], []).append(day)
    return found


@pytest.mark.parametrize(
    "heading",
    [
        "二、春节 ：",
        "二、春节：",
        "二、春节 ",
        "二、春节，",
        "二、春节　",
        "二、春节",
        "二、 春 节：",
        "（二）春节：",
        "(二) 春节 ",
        "2. 春节：",
        "2、春节 ",
        "二 春节 ",
        "二、“春节”：",
        "二、春节假期：",
        "二、春节放假安排：",
        "二、春节(除夕至初二)：",
        "春节 ",
        "春节，",
        "• 春节：",
        "　　二、春节：",
    ],
)
@pytest.mark.parametrize("before", ["\n", "\r\n"])
def test_a_heading_of_any_shape_is_never_the_holiday_before(heading, before):
    text = f"一、元旦：1月1日放假。{before}{heading}2月5日至7日放假，共3天。"
    read = notice_parse(text, 2026)
    assert read.problems == ()
    assert labels(read) == {"元旦": [date(2026, 1, 1)], "春节": SPRING}


def test_headings_on_one_line_are_headings_too():
    read = notice_parse("一、元旦 1月1日放假。二、春节，2月5日至7日放假；三、清明 4月5日放假", 2026)
    assert list(labels(read)) == ["元旦", "春节", "清明节"]


def test_a_weekday_before_a_holidays_name_is_no_heading():
    text = "一、元旦：1月1日放假。\n二、春节：2月5日（星期四、春节前）至7日放假，共3天。"
    assert labels(notice_parse(text, 2026))["春节"] == SPRING


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("清明", "清明节"),
        ("五一", "劳动节"),
        ("“五一”国际劳动节", "劳动节"),
        ("端午", "端午节"),
        ("中秋", "中秋节"),
        ("十一", "国庆节"),
        ("国庆", "国庆节"),
        ("国庆、中秋", "国庆节、中秋节"),
        ("中秋节及国庆节", "中秋节、国庆节"),
        ("中秋国庆", "中秋节、国庆节"),
    ],
)
def test_short_names_are_those_of_the_full_ones(written, full):
    assert labels(notice_parse(f"一、{written}：9月25日放假。", 2026)) == {
        full: [date(2026, 9, 25)]
    }


def test_a_day_off_beside_the_seven_is_not_read_as_the_holiday_before():
    read = notice_parse("七、国庆节：10月1日放假。\n八、纪念日：10月9日放假。", 2026)
    assert list(read.days) == [date(2026, 10, 1)]
    assert read.problems == (
        "“八、纪念日” is not one of the seven holidays: its days were not read.",
    )


def test_a_holiday_without_a_day_that_is_understood_is_no_holiday():
    read = notice_parse("四、劳动节：当天放假。\n五、端午节：6月19日放假。", 2026)
    assert "No day was found under “四、劳动节”." in read.problems


@pytest.mark.parametrize("name", ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"])
def test_a_holiday_that_is_missing_is_pointed_out(name):
    lines = [one for one in NOTICES[2026].splitlines() if f"、{name}：" not in one]
    read = notice_parse("\n".join(lines))
    (doubt,) = read.doubts
    assert doubt.startswith("The text names no day off for: ")
    assert doubt.count(",") == 0
    assert read.problems == ()


def test_a_heading_for_two_holidays_counts_for_both():
    assert notice_parse(NOTICES[2025]).doubts == ()


def test_a_notice_about_one_holiday_lacks_none():
    assert notice_parse(REARRANGED_2019).doubts == ()


def test_a_holiday_that_stands_twice_is_a_problem():
    read = notice_parse("一、元旦：1月1日放假。\n二、元旦：1月2日放假。", 2026)
    assert read.problems == ("New Year's Day is arranged twice. Keep one of the two paragraphs.",)


@pytest.mark.parametrize(
    "text",
    [
        "关于2026年部分节假日安排的通知\n现将2025年元旦、春节安排通知如下。一、元旦：1月1日放假。",
        "关于2026年部分节假日安排的通知\n一、2025年元旦：1月1日放假。",
    ],
)
def test_another_year_in_the_text_than_in_the_title_is_a_problem(text):
    said = "The notice is for 2026, but its text also speaks of 2025."
    assert said in notice_parse(text).problems


def test_a_day_of_the_year_before_is_only_its_december():
    read = notice_parse("关于2026年部分节假日安排的通知\n七、国庆节：2025年10月1日放假。")
    assert read.problems == ("2025-10-1 is not a date of 2026.",)


def test_new_years_december_is_that_of_the_year_before():
    read = notice_parse("一、元旦：12月31日（周六）至1月2日（周一）放假，共3天。", 2023)
    assert read.problems == ()
    assert labels(read)["元旦"] == [date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2)]


def test_lines_broken_by_a_pdf_change_nothing():
    whole = NOTICES[2026]
    # A break after every seventh sign, except where a paragraph ends.
    broken = "\n".join(
        "\n".join(line[at : at + 7] for at in range(0, len(line), 7)) for line in whole.split("\n")
    )
    read = notice_parse(broken)
    assert read.problems == read.doubts == ()
    assert read.days == notice_parse(whole).days
    assert read.title == "国务院办公厅关于2026年部分节假日安排的通知"


def test_a_title_is_kept_as_it_is():
    text = "国务院办公厅关于2026年部分节假日安排（修订）的通知\n一、元旦：1月1日放假。"
    assert notice_parse(text).title == "国务院办公厅关于2026年部分节假日安排（修订）的通知"
    assert notice_parse("一、元旦：1月1日放假。", 2026).title == "2026年节假日安排（未附标题）"


def test_a_web_page_that_repeats_the_title_is_one_notice_and_two_titles_are_two():
    title = "关于2026年部分节假日安排的通知"
    page = f"{title}_中国政府网\n国务院办公厅{title}\n一、元旦：1月1日放假。"
    assert notice_parse(page).problems == ()
    assert notice_parse(page).title == f"国务院办公厅{title}"
    both = notice_parse(f"{NOTICES[2019]}\n{REARRANGED_2019}")
    assert any("more than one notice" in one for one in both.problems)


def test_a_notice_that_is_only_referred_to_is_not_this_one():
    text = REARRANGED_2019.replace(
        "经国务院批准，",
        "根据《国务院办公厅关于2018年部分节假日安排的通知》（国办发明电〔2017〕12号），",
    ).replace("国办发明电〔2019〕3号\n", "")
    read = notice_parse(text)
    assert (read.year, read.document_number, read.problems) == (2019, "", ())


@pytest.mark.parametrize(
    "body",
    [
        "2月15-17日放假，共3天。",
        "2月15日-17日放假,共3天.",
        "２月１５日～１７日放假",
        "2 月 15 日至 2 月 17 日放假，共 3 天",
        "2月15号到17号放假",
        "放假时间：2月15日至17日",
        "2月15日周日至17日星期二放假",
        "2月15日、16日、17日放假",
        "2月15日放假，2月16日、17日补休",
        "2月15日、16日放假，17日调休",
    ],
)
def test_dates_as_people_write_them(body):
    read = notice_parse(f"二、春节：{body}", 2026)
    assert read.problems == ()
    assert labels(read) == {"春节": [date(2026, 2, day) for day in (15, 16, 17)]}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("2月15、16日放假。", "A date in this sentence could not be read"),
        ("2月15日放假，2月21日调休。", "unclear whether 2026-02-21 is a holiday or a workday"),
        ("2月15日放假。2月21日不上班。", "unclear whether 2026-02-21"),
        ("2月15日起放假，共3天。", "The notice says 3 days, but the dates make 1"),
        ("2月15日（周一）放假。", "2026-02-15 is not a 周一"),
        ("2月15日星期一放假。", "2026-02-15 is not a 星期一"),
        ("2月15日至17日放假，2月19日（周四）恢复上班。", "work resumes only on 2026-02-19"),
        ("2月15日至17日放假，2月17日起正常上班。", "2026-02-17 is both a holiday and a workday"),
    ],
)
def test_what_is_not_understood_is_said(body, complaint):
    found = notice_parse(f"二、春节：{body}", 2026).problems
    assert any(complaint in one for one in found), found


def test_the_weekday_on_which_work_resumes_is_no_make_up_day():
    read = notice_parse("二、春节：2月15日至17日放假，2月18日（周三）起正常上班。", 2026)
    assert read.problems == ()
    assert MAKE_UP_WORKDAY not in {what.kind for what in read.days.values()}
    weekend = notice_parse("二、春节：2月15日至20日放假，2月21日（周六）起正常上班。", 2026)
    assert weekend.days[date(2026, 2, 21)].kind == MAKE_UP_WORKDAY


def test_a_day_off_of_one_year_is_read_by_the_name_in_its_title():
    read = notice_parse(
        "国务院办公厅关于抗战胜利70周年纪念日调休放假的通知\n"
        "9月3日至5日调休放假，共3天。其中9月3日（星期四）放假，9月4日（星期五）调休，"
        "9月6日（星期日）上班。",
        2015,
    )
    assert read.problems == ()
    assert read.partial
    assert labels(read) == {"抗战胜利70周年纪念日": [date(2015, 9, day) for day in (3, 4, 5)]}
    assert read.days[date(2015, 9, 6)].kind == MAKE_UP_WORKDAY


@pytest.mark.parametrize(
    "heading",
    [
        "第二，春节",
        "第二、春节：",
        "②春节",
        "② 春节：",
        "【春节】",
        "**二、春节：**",
        "二、春\n节：",
        "二、\n春节：",
    ],
)
def test_headings_numbered_otherwise_or_broken_are_headings_too(heading):
    text = f"一、元旦：1月1日放假。\n{heading}2月5日至7日放假，共3天。"
    read = notice_parse(text, 2026)
    assert read.problems == ()
    assert labels(read) == {"元旦": [date(2026, 1, 1)], "春节": SPRING}


def test_a_sentence_about_another_holiday_is_pointed_out():
    read = notice_parse("一、元旦：1月1日放假。其中春节2月5日至7日放假，共3天。", 2026)
    assert any("is about another holiday" in one for one in read.problems)
    assert list(labels(read)) == ["元旦"]


@pytest.mark.parametrize("words", ["补班", "为工作日", "为补班工作日", "照常上班", "正常上班"])
def test_a_make_up_day_in_other_words_is_never_left_out(words):
    read = notice_parse(f"二、春节：2月15日至23日放假。2月14日、28日{words}。", 2026)
    assert read.problems == ()
    worked = [day for day, what in read.days.items() if what.kind == MAKE_UP_WORKDAY]
    assert worked == [date(2026, 2, 14), date(2026, 2, 28)]


@pytest.mark.parametrize(
    "sentence",
    [
        "2月14日、28日照常营业",
        "取消2月28日调休上班",
        "2月28日不再上班",
        "原定2月28日上班，现改为放假",
        "春节假期由2月15日至21日调整为2月15日至23日",
    ],
)
def test_a_date_without_a_known_verb_or_undone_is_a_problem(sentence):
    read = notice_parse(f"二、春节：2月15日至23日放假。{sentence}。", 2026)
    assert any("could not be read" in one for one in read.problems)
    assert all(what.kind == STATUTORY_HOLIDAY for what in read.days.values())


def test_dates_in_chinese_figures_are_read():
    read = notice_parse(
        "二、春节：二月十五日（周日）至二十三日放假，共9天。二月二十八日上班。", 2026
    )
    assert read.problems == ()
    assert labels(read)["春节"] == [date(2026, 2, day) for day in range(15, 24)]


def test_a_notice_of_a_province_is_not_the_calendars():
    with pytest.raises(ValidationError, match="not for the whole country"):
        notice_parse("关于2026年广西壮族自治区“三月三”放假安排的通知\n4月19日至20日放假。", 2026)
