"""The demonstration has four years of the calendar, reviewed by a second person."""

from datetime import date

import pytest

from sandbox.demo.seeding import seed_demo
from statuspage.calendar.models import CalendarDay, YearStatus
from statuspage.calendar.selectors import calendar_of, profiles, years

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, settings):
    settings.DEVELOPMENT = True
    settings.DATA_DIR = tmp_path
    seed_demo()
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_four_years_are_reviewed_by_another_than_who_loaded_them():
    for profile in profiles():
        found = list(years(profile.code))
        assert [one.year for one in found] == [2023, 2024, 2025, 2026]
        assert {one.status for one in found} == {YearStatus.REVIEWED}
        assert all(one.loaded_by != one.reviewed_by for one in found)
    assert not calendar_of("domestic").settles(date(2026, 10, 1))


@pytest.mark.usefixtures("folder")
def test_starting_again_adds_nothing():
    before = CalendarDay.objects.count()
    seed_demo()
    assert CalendarDay.objects.count() == before
