"""Every day of 2023 to 2026 against another library, with each difference explained."""

from datetime import date

import holidays
import pytest

from statuspage.calendar.selectors import calendar_of
from statuspage.calendar.workdays import MAKE_UP_WORKDAY, STATUTORY_HOLIDAY, days_of
from tests.statuspage.calendar.factories import load

pytestmark = pytest.mark.django_db
YEARS = (2023, 2024, 2025, 2026)

# The cross-border profile rests on the weekend days that are worked at home; the other library
# knows no such profile. Each of these days, and the holiday for which it is worked:
RESTED_ABROAD = {
    "2023-01-28 2023-01-29": "春节",
    "2023-04-23 2023-05-06": "劳动节",
    "2023-06-25": "端午节",
    "2023-10-07 2023-10-08": "国庆节",
    "2024-02-04 2024-02-18": "春节",
    "2024-04-07": "清明节",
    "2024-04-28 2024-05-11": "劳动节",
    "2024-09-14": "中秋节",
    "2024-09-29 2024-10-12": "国庆节",
    "2025-01-26 2025-02-08": "春节",
    "2025-04-27": "劳动节",
    "2025-09-28 2025-10-11": "国庆节",
    "2026-01-04": "元旦",
    "2026-02-14 2026-02-28": "春节",
    "2026-05-09": "劳动节",
    "2026-09-20 2026-10-10": "国庆节",
}
EXPLAINED = {
    "domestic": {},
    "fx": {
        date.fromisoformat(day): name
        for days, name in RESTED_ABROAD.items()
        for day in days.split()
    },
}


@pytest.fixture(scope="module")
def second():
    return holidays.country_holidays("CN", years=YEARS)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("profile", ["domestic", "fx"])
def test_each_day_settles_as_the_other_library_says_or_for_a_reason(profile, year, second):
    load(year, profile=profile)
    calendar = calendar_of(profile)
    differing = {
        day for day in days_of(year) if calendar.settles(day) != second.is_working_day(day)
    }
    assert differing == {day for day in EXPLAINED[profile] if day.year == year}
    for day in differing:
        assert calendar.day(day).kind == MAKE_UP_WORKDAY
        assert EXPLAINED[profile][day] in calendar.day(day).label["zh-hans"]


@pytest.mark.parametrize("year", YEARS)
def test_every_holiday_of_the_other_library_is_a_holiday_here(year, second):
    load(year)
    calendar = calendar_of("domestic")
    named = [day for day in second if day.year == year]
    assert len(named) > 10
    assert {calendar.day(day).kind for day in named} == {STATUTORY_HOLIDAY}


def test_the_other_library_guesses_beyond_what_is_published_and_we_do_not():
    guessed = holidays.country_holidays("CN", years=2027)
    assert guessed.get(date(2027, 10, 1))
    assert not any(day.year == 2027 for day in guessed.weekend_workdays)
    load(2026)
    assert 2027 not in calendar_of("domestic").years
