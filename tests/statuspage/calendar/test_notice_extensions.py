"""Notices that make a loaded holiday longer, as in January 2020."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.library import library_days
from statuspage.calendar.notice_text import notice_parse, with_extensions
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, STATUTORY_HOLIDAY, Calendar
from tests.statuspage.calendar.notices import EXTENDED_2020, NOTICES

AS_PLANNED = Calendar(frozenset({2020}), notice_parse(NOTICES[2020]).days)
ADDED = [date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)]


def longer(text: str, calendar: Calendar = AS_PLANNED) -> dict[date, str]:
    read = with_extensions(notice_parse(text), calendar)
    assert read.problems == ()
    assert read.partial
    return {day: what.kind for day, what in sorted(read.days.items())}


def test_with_its_extension_2020_is_what_the_library_knows():
    read = with_extensions(notice_parse(EXTENDED_2020), AS_PLANNED)
    assert (read.title, read.document_number) == (
        "国务院办公厅关于延长2020年春节假期的通知",
        "国办发明电〔2020〕1号",
    )
    after = Calendar(AS_PLANNED.years, {**AS_PLANNED.days, **read.days})
    library = Calendar(frozenset({2020}), library_days(2020))
    for month in range(1, 13):
        for day in (date(2020, month, number) for number in range(1, 29)):
            assert after.settles(day) == library.settles(day), day


@pytest.mark.parametrize(
    "words",
    [
        "延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。",
        "春节假期延长至2月2日，2月3日起恢复上班。",
        "2020年春节假期延长到2月2日。2月3日（星期一）恢复正常上班。",
        "春节放假时间延长3天至2月2日；2月3日正常上班。",
        "春节假期延至2月2日。",
        "春节假期由1月30日延长至2月2日，2月3日（星期一）起恢复工作。",
        "自1月31日起延长春节假期至2月2日，2月3日（星期一）起上班。",
        "一、春节假期延长至2月2日。\n二、2月3日起正常上班。",
        "春节假期从1月30日延长到2月2日，2月3日起复工。",
        "春节假期延长至二月二日，二月三日起正常上班。",
    ],
)
def test_every_day_up_to_the_new_end_is_off_and_the_next_is_not_named(words):
    days = longer(f"关于延长2020年春节假期的通知\n{words}")
    assert set(ADDED) <= set(days)
    assert set(days.values()) == {STATUTORY_HOLIDAY}
    assert date(2020, 2, 3) not in days


def test_work_that_resumes_on_a_weekend_day_is_a_make_up_day():
    days = longer("关于延长2020年春节假期的通知\n延长至2月7日，2月8日（星期六）起正常上班。")
    assert days.pop(date(2020, 2, 8)) == MAKE_UP_WORKDAY
    assert list(days) == [date(2020, 1, 31), *(date(2020, 2, day) for day in range(1, 8))]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("延长至2月2日（星期一），2月3日起正常上班。", "2020-02-02 is not a 星期一"),
        ("延长至2月2日，2月4日起正常上班。", "The holiday ends on 2020-02-02, but work resumes"),
        ("延长至2月2日，2月2日起正常上班。", "2020-02-02 is both a holiday and a workday"),
        ("延长3天，2月3日起正常上班。", "not until when"),
    ],
)
def test_an_extension_that_contradicts_itself_says_why(words, complaint):
    found = notice_parse(f"关于延长2020年春节假期的通知\n春节假期{words}").problems
    assert any(complaint in one for one in found), found


@pytest.mark.parametrize(
    ("text", "calendar", "complaint"),
    [
        (EXTENDED_2020, Calendar(frozenset(), {}), "Load that year first"),
        (EXTENDED_2020, Calendar(frozenset({2020}), {}), "is not in the calendar of 2020"),
        ("关于延长2020年春节假期的通知\n由2月1日延长至2月2日。", AS_PLANNED, "made longer from"),
        ("关于延长2020年春节假期的通知\n延长至1月28日。", AS_PLANNED, "loaded from 2020-01-24"),
        ("关于延长2020年春节假期的通知\n延长至8月2日。", AS_PLANNED, "loaded from 2020-01-24"),
    ],
)
def test_an_extension_without_its_holiday_is_refused_with_the_reason(text, calendar, complaint):
    with pytest.raises(ValidationError, match=complaint):
        with_extensions(notice_parse(text), calendar)


def test_the_same_extension_again_changes_nothing():
    after = Calendar(frozenset({2020}), library_days(2020))
    assert longer(EXTENDED_2020, after) == {}


def test_an_extension_without_its_title_is_read():
    days = longer("延长2020年春节假期至2月2日，2月3日起正常上班。")
    assert set(ADDED) == set(days)


def test_a_date_before_the_extension_does_not_shorten_it():
    words = "各类企业不早于2月9日复工，春节假期延长至2月9日，2月10日起上班。"
    read = with_extensions(notice_parse(f"关于延长2020年春节假期的通知\n{words}"), AS_PLANNED)
    assert read.problems
