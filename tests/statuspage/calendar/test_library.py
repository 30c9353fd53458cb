"""What the library is asked, and what its answers become."""

from datetime import date

import pytest

from statuspage.calendar.library import (
    DOCUMENTS,
    HOLIDAYS,
    holiday_label,
    library_days,
    make_up_label,
)
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    NotInCalendar,
    NotYetPublished,
)

YEARS = range(2004, 2027)


def test_only_days_that_are_not_what_their_weekday_says_are_told(subtests: pytest.Subtests) -> None:
    for year in YEARS:
        with subtests.test(year=year):
            days = library_days(year)
            assert all(day.year == year for day in days)
            for day, what in days.items():
                assert what.kind in {STATUTORY_HOLIDAY, MAKE_UP_WORKDAY}
                assert what.settles is (what.kind == MAKE_UP_WORKDAY)
                if what.settles:
                    assert day.weekday() >= SATURDAY


def test_every_day_has_a_name_in_both_languages(subtests: pytest.Subtests) -> None:
    for year in YEARS:
        with subtests.test(year=year):
            for what in library_days(year).values():
                assert set(what.label) == {"zh-hans", "en"}
                assert all(what.label.values())


def test_every_holiday_bears_its_full_name(subtests: pytest.Subtests) -> None:
    for year in range(2018, 2027):
        with subtests.test(year=year):
            names = {
                what.label["zh-hans"] for what in library_days(year).values() if not what.settles
            }
            assert names <= set(HOLIDAYS)
            assert {"春节", "国庆节", "清明节", "端午节"} <= names


@pytest.mark.parametrize(
    ("year", "why"), [(2003, NotInCalendar), (2027, NotYetPublished), (2099, NotYetPublished)]
)
def test_a_year_it_does_not_know_is_yet_to_come_or_too_early(year, why):
    with pytest.raises(NotYetPublished) as refusal:
        library_days(year)
    assert (type(refusal.value), refusal.value.year) == (why, year)


def test_a_holiday_of_no_table_keeps_its_chinese_name():
    assert holiday_label(["纪念日"]) == {"zh-hans": "纪念日", "en": "纪念日"}
    assert make_up_label(["中秋节", "国庆节"]) == {
        "zh-hans": "中秋节、国庆节调休上班",
        "en": "Make-up workday for Mid-Autumn Festival, National Day",
    }


def test_every_document_came_out_before_its_year():
    for year, document in DOCUMENTS.items():
        assert date(year - 1, 10, 1) < document.published < date(year, 1, 1)
        assert f"〔{document.published.year}〕" in document.number
