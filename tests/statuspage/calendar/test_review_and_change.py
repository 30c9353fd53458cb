"""A second person reviews a year; then it changes only in public, and what moves is listed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from statuspage.calendar.differences import MovedDate, PromisedDate, carried_over
from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarDay, YearStatus
from statuspage.calendar.selectors import calendar_of, years
from statuspage.calendar.services import year_load, year_review
from statuspage.calendar.workdays import Calendar
from statuspage.staff.roles import Role
from tests.database.tampering import as_owner
from tests.factories import make_staff
from tests.statuspage.calendar.factories import HOLIDAY, MAKE_UP, WORKED, load, override, reviewed

pytestmark = pytest.mark.django_db
THURSDAY = date(2026, 10, 8)
FRIDAY = date(2026, 10, 9)
SATURDAY = date(2026, 10, 10)  # worked, for National Day


def review(by, **values):
    return year_review(profile="domestic", year=2026, by=by, **values)


def test_a_second_person_reviews_the_year():
    load(2026, by=make_staff())
    approver = make_staff(Role.APPROVER)
    review(approver)
    year = years("domestic").get()
    assert (year.status, year.reviewed_by) == (YearStatus.REVIEWED, approver)
    assert year.reviewed_at <= timezone.now()


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
def test_who_loaded_it_cannot_review_it(role):
    person = make_staff(role)
    load(2026, by=person)
    with pytest.raises(ValidationError, match="second person"):
        review(person)
    assert years("domestic").get().status == YearStatus.LOADED


def test_who_entered_one_of_its_days_cannot_review_it():
    first, second = make_staff(Role.ADMIN), make_staff(Role.ADMIN)
    load(2026, by=first)
    days = {**library_days(2026), date(2026, 12, 31): HOLIDAY}
    year_load(profile="domestic", year=2026, by=second, days=days)
    for person in (first, second):
        with pytest.raises(ValidationError, match="second person"):
            review(person)
    review(make_staff(Role.APPROVER))


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_not_every_role_may_review(role):
    load(2026)
    with pytest.raises(ValidationError, match="role"):
        review(make_staff(role))


def test_someone_who_left_may_not_review():
    load(2026)
    with pytest.raises(ValidationError, match="role"):
        review(make_staff(Role.APPROVER, is_active=False))


def test_a_year_that_is_not_loaded_cannot_be_reviewed():
    with pytest.raises(ValidationError, match="not loaded"):
        review(make_staff(Role.APPROVER))


def test_a_year_is_reviewed_once():
    reviewed(2026)
    with pytest.raises(ValidationError, match="already"):
        review(make_staff(Role.APPROVER))


def test_what_is_approved_is_what_was_looked_at():
    load(2026)
    seen = years("domestic").get().loaded_at
    year_load(profile="domestic", year=2026, by=make_staff(), days={})
    with pytest.raises(ValidationError, match="loaded again"):
        review(make_staff(Role.APPROVER), loaded_at=seen)
    review(make_staff(Role.APPROVER), loaded_at=years("domestic").get().loaded_at)


def test_a_change_after_review_adds_a_fact_with_its_source():
    reviewed(2026)
    author, approver = make_staff(), make_staff(Role.APPROVER)
    before = timezone.now()
    override({THURSDAY: HOLIDAY}, approved_by=approver)
    fact = CalendarDay.objects.get(date=THURSDAY)
    assert (fact.source, fact.approved_by) == ("第3号公告", approver)
    assert author != fact.entered_by
    assert not calendar_of("domestic").settles(THURSDAY)
    assert calendar_of("domestic", before).settles(THURSDAY)


def test_a_change_from_a_moment_to_come_holds_from_then_on():
    reviewed(2026)
    later = timezone.now() + timedelta(hours=1)
    override({THURSDAY: HOLIDAY}, known_from=later)
    assert calendar_of("domestic").settles(THURSDAY)
    assert not calendar_of("domestic", later).settles(THURSDAY)


def test_a_change_of_one_profile_leaves_the_other():
    reviewed(2026)
    reviewed(2026, profile="fx")
    override({THURSDAY: HOLIDAY}, profile="fx")
    assert calendar_of("domestic").settles(THURSDAY)
    assert not calendar_of("fx").settles(THURSDAY)


def test_a_year_that_nobody_reviewed_is_corrected_by_loading():
    load(2026)
    with pytest.raises(ValidationError, match="not reviewed"):
        override({THURSDAY: HOLIDAY})


def test_a_year_that_is_not_loaded_cannot_be_changed():
    with pytest.raises(ValidationError, match="not loaded"):
        override({date(2027, 1, 1): HOLIDAY})


def test_a_change_of_nothing_is_refused():
    reviewed(2026)
    with pytest.raises(ValidationError, match="Nothing would change"):
        override({THURSDAY: WORKED, SATURDAY: MAKE_UP})


def t1(statement: int, transaction: date, arrival: date, profile: str = "domestic") -> PromisedDate:
    """Return a date that T+1 gives."""

    def reckon(calendar: Calendar) -> date:
        return calendar.next_settling(transaction)

    return PromisedDate(statement, profile, transaction, arrival, reckon)


def test_every_promised_date_that_moves_is_listed():
    reviewed(2026)
    promised = [
        t1(4, THURSDAY, FRIDAY),
        t1(5, FRIDAY, SATURDAY),
        t1(6, SATURDAY, date(2026, 10, 12)),
        t1(7, FRIDAY, SATURDAY, profile="fx"),
        PromisedDate(8, "domestic", date(2026, 9, 28), SATURDAY, carried_over(SATURDAY)),
        PromisedDate(9, "domestic", date(2026, 9, 28), FRIDAY, carried_over(FRIDAY)),
    ]
    assert override({SATURDAY: HOLIDAY}, promised=promised) == [
        MovedDate(5, FRIDAY, SATURDAY, date(2026, 10, 12)),
        MovedDate(8, date(2026, 9, 28), SATURDAY, date(2026, 10, 12)),
    ]


def test_a_promise_pushed_beyond_the_known_years_has_no_new_date():
    reviewed(2026)
    promised = [t1(4, date(2026, 12, 30), date(2026, 12, 31))]
    (moved,) = override({date(2026, 12, 31): HOLIDAY}, promised=promised)
    assert (moved.old, moved.new) == (date(2026, 12, 31), None)


def test_a_change_that_is_refused_later_leaves_nothing():
    reviewed(2026)
    with transaction.atomic():
        override({SATURDAY: HOLIDAY})
        assert not calendar_of("domestic").settles(SATURDAY)
        transaction.set_rollback(True)
    assert calendar_of("domestic").settles(SATURDAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE calendar_calendarday SET settles = NOT settles",
        "DELETE FROM calendar_calendarday",
        "TRUNCATE calendar_calendarday",
    ],
)
def test_facts_about_days_cannot_be_changed_or_removed(change):
    load(2026)
    with pytest.raises(DatabaseError, match="what was said stays said"), as_owner() as cursor:
        cursor.execute(change)
    assert not calendar_of("domestic").settles(date(2026, 10, 1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["save", "delete"])
def test_the_same_holds_for_the_models(act):
    load(2026)
    fact = CalendarDay.objects.get(date=date(2026, 10, 1))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        getattr(fact, act)()
