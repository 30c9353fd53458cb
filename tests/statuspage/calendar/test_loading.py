"""Loading a year: from the library or a notice, as a difference, and never over a review."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from statuspage.calendar.differences import difference
from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarDay, CalendarProfile, CalendarYear, YearStatus
from statuspage.calendar.notice_text import notice_parse
from statuspage.calendar.selectors import calendar_of, profiles, years
from statuspage.calendar.services import notice_load, year_load
from statuspage.calendar.workdays import NotYetPublished
from tests.factories import make_staff
from tests.statuspage.calendar.factories import HOLIDAY, load, reviewed
from tests.statuspage.calendar.notices import EXTENDED_2020, NOTICES, REARRANGED_2019

pytestmark = pytest.mark.django_db
NATIONAL_DAY = date(2026, 10, 1)
MAKE_UP = date(2026, 10, 10)


def test_there_are_two_profiles():
    assert [one.code for one in profiles()] == ["domestic", "fx"]


def test_nothing_is_reckoned_before_a_year_is_loaded():
    with pytest.raises(NotYetPublished) as refusal:
        calendar_of("domestic").day(NATIONAL_DAY)
    assert refusal.value.year == 2026


def test_a_loaded_year_is_reckoned_with_and_says_where_it_comes_from():
    person = make_staff()
    changes = year_load(profile="domestic", year=2026, by=person, source="library")
    assert not calendar_of("domestic").settles(NATIONAL_DAY)
    assert {one.date for one in changes} == set(library_days(2026))
    (year,) = years("domestic")
    assert (year.status, year.source, year.loaded_by) == (YearStatus.LOADED, "library", person)
    assert year.document_number == "国办发明电〔2025〕7号"
    fact = CalendarDay.objects.get(date=NATIONAL_DAY)
    assert (fact.source, fact.entered_by, fact.approved_by) == ("library", person, None)
    assert fact.label == {"zh-hans": "国庆节", "en": "National Day"}


def test_the_profiles_differ_on_make_up_days_alone():
    load(2026)
    load(2026, profile="fx")
    domestic, fx = calendar_of("domestic"), calendar_of("fx")
    differing = [day for day in library_days(2026) if domestic.settles(day) != fx.settles(day)]
    assert differing == [day for day, one in library_days(2026).items() if one.settles]
    assert fx.day(MAKE_UP).kind == domestic.day(MAKE_UP).kind == "make_up_workday"
    assert not fx.settles(MAKE_UP)


def test_loading_again_changes_nothing():
    load(2026)
    before = list(CalendarDay.objects.values_list("pk", flat=True))
    loaded_at = years("domestic").get().loaded_at
    assert year_load(profile="domestic", year=2026, by=make_staff()) == []
    assert list(CalendarDay.objects.values_list("pk", flat=True)) == before
    assert years("domestic").get().loaded_at == loaded_at


def test_2027_is_not_yet_published():
    with pytest.raises(NotYetPublished) as refusal:
        load(2027)
    assert refusal.value.year == 2027
    assert not CalendarYear.objects.exists()


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValidationError, match="Calendar “moon” not found"):
        load(2026, profile="moon")
    with pytest.raises(CalendarProfile.DoesNotExist):
        calendar_of("moon")


def test_the_calendar_takes_one_query_and_its_days_are_read_once(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    load(2025, 2026)
    calendar_of("domestic")
    with django_assert_num_queries(1):
        assert not calendar_of("domestic").settles(NATIONAL_DAY)


def test_another_load_is_seen_at_once():
    load(2026)
    calendar_of("domestic")
    days = {**library_days(2026), date(2026, 12, 31): HOLIDAY}
    (change,) = year_load(profile="domestic", year=2026, by=None, days=days)
    assert (change.date, change.old.settles, change.new.settles) == (
        date(2026, 12, 31),
        True,
        False,
    )
    assert not calendar_of("domestic").settles(date(2026, 12, 31))


def test_a_day_left_out_of_a_new_load_becomes_ordinary_again():
    load(2026)
    days = {day: what for day, what in library_days(2026).items() if day != MAKE_UP}
    year_load(profile="domestic", year=2026, by=None, days=days)
    assert calendar_of("domestic").day(MAKE_UP).kind == "weekend"


def test_a_year_counts_as_known_since_its_notice_came_out():
    load(2026)
    day = timezone.make_aware(datetime(2025, 11, 4))
    assert not calendar_of("domestic", day).settles(NATIONAL_DAY)
    with pytest.raises(NotYetPublished):
        calendar_of("domestic", day - timedelta(seconds=1)).day(NATIONAL_DAY)


def test_a_later_load_does_not_change_what_was_known_before():
    load(2026)
    before = timezone.now()
    year_load(profile="domestic", year=2026, by=None, days={**library_days(2026), MAKE_UP: HOLIDAY})
    assert calendar_of("domestic", before).settles(MAKE_UP)
    assert not calendar_of("domestic").settles(MAKE_UP)
    assert calendar_of("domestic", before).settles(MAKE_UP)


def test_a_reviewed_year_is_not_loaded_over():
    reviewed(2026)
    assert year_load(profile="domestic", year=2026, by=None) == []
    with pytest.raises(ValidationError, match="can only be changed by a notice"):
        year_load(profile="domestic", year=2026, by=None, days={})
    assert not calendar_of("domestic").settles(NATIONAL_DAY)
    assert years("domestic").get().status == YearStatus.REVIEWED


def test_the_difference_is_seen_before_anything_is_written():
    load(2026)
    owner = CalendarProfile.objects.get(code="domestic")
    found = difference(owner, 2026, {**library_days(2026), MAKE_UP: HOLIDAY})
    assert [(one.date, one.old.kind, one.new.kind) for one in found] == [
        (MAKE_UP, "make_up_workday", "statutory_holiday")
    ]
    assert calendar_of("domestic").settles(MAKE_UP)


@pytest.mark.parametrize("year", [2023, 2025, 2026])
def test_a_pasted_notice_loads_the_same_year_as_the_library(year):
    notice_load(profile="domestic", notice=notice_parse(NOTICES[year]), by=None)
    owner = CalendarProfile.objects.get(code="domestic")
    late = [one.date for one in difference(owner, year, library_days(year))]
    assert late == ([date(2023, 12, 30), date(2023, 12, 31)] if year == 2023 else [])
    assert years("domestic").get().document_number in NOTICES[year]


def test_a_notice_reaches_back_into_a_loaded_december():
    year_load(profile="domestic", year=2022, by=None, days={date(2022, 10, 3): HOLIDAY})
    changes = notice_load(profile="domestic", notice=notice_parse(NOTICES[2023]), by=None)
    assert changes[0].date == date(2022, 12, 31)
    assert calendar_of("domestic").day(date(2022, 12, 31)).kind == "statutory_holiday"
    assert calendar_of("domestic").day(date(2022, 10, 3)).kind == "statutory_holiday"


def test_a_notice_does_not_load_the_year_before_by_the_way():
    notice_load(profile="domestic", notice=notice_parse(NOTICES[2023]), by=None)
    assert calendar_of("domestic").years == {2023}


def test_a_rearranged_holiday_leaves_the_rest_of_the_year():
    notice_load(profile="domestic", notice=notice_parse(NOTICES[2019]), by=None)
    notice_load(profile="domestic", notice=notice_parse(REARRANGED_2019), by=None)
    known = calendar_of("domestic")
    assert known.settles(date(2019, 5, 5))
    assert not known.settles(date(2019, 5, 2))
    assert not known.settles(date(2019, 10, 1))


def test_a_longer_holiday_changes_a_loaded_year_and_never_begins_one():
    with pytest.raises(ValidationError, match="Load that year first"):
        notice_load(profile="domestic", notice=notice_parse(EXTENDED_2020), by=None)
    assert not CalendarYear.objects.exists()
    notice_load(profile="domestic", notice=notice_parse(NOTICES[2020]), by=None)
    assert calendar_of("domestic").day(date(2020, 2, 1)).kind == "make_up_workday"
    changes = notice_load(profile="domestic", notice=notice_parse(EXTENDED_2020), by=None)
    assert [one.date.isoformat() for one in changes] == ["2020-01-31", "2020-02-01", "2020-02-02"]
    known = calendar_of("domestic")
    assert known.next_settling(date(2020, 1, 23)) == date(2020, 2, 3)
    assert known.day(date(2020, 2, 3)).kind == "workday"


def test_a_notice_that_leaves_out_a_holiday_is_loaded_only_when_confirmed():
    notice = notice_parse(
        NOTICES[2026].replace("五、端午节：6月19日（周五）至21日（周日）放假，共3天。", "")
    )
    with pytest.raises(ValidationError, match="names no day off for: Dragon Boat Festival"):
        notice_load(profile="domestic", notice=notice, by=None)
    notice_load(profile="domestic", notice=notice, by=None, reason="端午节另发")
    row = years("domestic").get()
    assert (row.missing, row.reason) == (["端午节"], "端午节另发")
    assert calendar_of("domestic").settles(date(2026, 6, 19))


def test_the_whole_notice_afterwards_leaves_nothing_out():
    text = NOTICES[2026]
    partly = notice_parse(
        text.replace("五、端午节：6月19日（周五）至21日（周日）放假，共3天。", "")
    )
    notice_load(profile="domestic", notice=partly, by=None, reason="端午节另发")
    notice_load(profile="domestic", notice=notice_parse(text), by=None)
    row = years("domestic").get()
    assert (row.missing, row.reason) == ([], "")


def test_a_notice_that_contradicts_itself_is_not_loaded():
    wrong = notice_parse(NOTICES[2026].replace("1月1日（周四）", "1月1日（周五）"))
    with pytest.raises(ValidationError):
        notice_load(profile="domestic", notice=wrong, by=None)
    assert not CalendarDay.objects.exists()


def test_the_command_loads_every_profile_and_shows_the_difference():
    out = StringIO()
    call_command("load_calendar", "2025", "2026", stdout=out)
    assert "fx 2026: 39 days changed" in out.getvalue()
    assert "2026-10-10 Sat" in out.getvalue()
    assert calendar_of("fx").years == calendar_of("domestic").years == {2025, 2026}
    again = StringIO()
    call_command("load_calendar", "2025", "2026", stdout=again)
    assert again.getvalue().count(": 0 days changed") == 4


def test_the_command_reads_a_notice(tmp_path):
    file = tmp_path / "notice.txt"
    file.write_text(NOTICES[2025], encoding="utf-8")
    out = StringIO()
    call_command("load_calendar", "--notice", str(file), stdout=out)
    assert "国务院办公厅关于2025年部分节假日安排的通知" in out.getvalue()
    assert not calendar_of("fx").settles(date(2025, 9, 28))
    assert calendar_of("domestic").settles(date(2025, 9, 28))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [([], "name a year"), (["2027"], "not yet published"), (["2026", "2027"], "2027")],
)
def test_the_command_says_what_it_cannot_do_and_then_does_nothing(arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("load_calendar", *arguments, stdout=StringIO())
    assert not CalendarDay.objects.exists()


def test_the_command_refuses_a_notice_that_contradicts_itself(tmp_path):
    file = tmp_path / "notice.txt"
    file.write_text(NOTICES[2025].replace("共8天", "共9天"), encoding="utf-8")
    with pytest.raises(CommandError, match="9"):
        call_command("load_calendar", "--notice", str(file), stdout=StringIO())
    assert not CalendarYear.objects.exists()


def test_the_command_says_that_a_file_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_calendar", "--notice", str(tmp_path / "none.txt"), stdout=StringIO())


def test_an_hour_ago_nothing_was_known_of_a_year_without_a_known_document():
    year_load(profile="domestic", year=2017, by=None)
    assert calendar_of("domestic").years == {2017}
    assert calendar_of("domestic", datetime.now(UTC) - timedelta(hours=1)).years == frozenset()
