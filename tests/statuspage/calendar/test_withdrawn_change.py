"""Taking a change of the calendar back: the days are what they were, and moved dates are named."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.models import CalendarDay
from statuspage.calendar.selectors import calendar_of
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_staff, text
from tests.statuspage.notices.samples import publish, world

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 9, 21), date(2026, 9, 22)


@pytest.fixture(autouse=True)
def _world(db: None) -> None:
    world()


def change(first: date = MONDAY, last: date = TUESDAY, **values: Any) -> Statement:
    payload = {
        "profile": "domestic",
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "day_kind": "statutory_holiday",
        **values,
    }
    return publish("calendar_change", payload)


def withdraw(statement: Statement) -> Statement:
    return statement_withdraw(statement=statement, body=text("撤回", "Withdrawn"), author=None)


def settles(day: date, **values: Any) -> bool:
    return calendar_of("domestic", **values).settles(day)


def test_its_days_are_again_what_they_were() -> None:
    said = change()
    assert not settles(MONDAY)
    back = withdraw(said)
    assert settles(MONDAY)
    assert settles(TUESDAY)
    assert calendar_of("domestic").day(MONDAY).kind == "workday"
    assert not settles(MONDAY, as_of=said.published_at)  # what was known then stays known
    assert settles(MONDAY, as_of=back.published_at)


def test_a_holiday_that_was_made_a_workday_is_a_holiday_again_by_its_name() -> None:
    said = change(date(2026, 10, 7), date(2026, 10, 7), day_kind="workday")
    assert settles(date(2026, 10, 7))
    withdraw(said)
    day = calendar_of("domestic").day(date(2026, 10, 7))
    assert (day.settles, day.label["en"]) == (False, "National Day")


def test_the_withdrawal_lists_the_dates_that_change_again() -> None:
    promise = publish(
        "delay",
        {"transactions_from": "2026-09-18T00:00:00+08:00", "arrives_by": "2026-09-21"},
        published_at=datetime(2026, 9, 18, 4, tzinfo=UTC),
    )
    said = change()
    (first,) = said.content["moved"]
    assert (first["old"], first["new"]) == ("2026-09-21", "2026-09-23")
    content = withdraw(said).content
    (again,) = content["moved"]
    assert again["statement"] == promise.number
    assert (again["old"], again["new"]) == ("2026-09-23", "2026-09-21")
    (table,) = content["tables"]["en"]
    assert table["rows"] == [["18 Sep 2026", "23 Sep 2026", "21 Sep 2026", f"#{promise.number}"]]
    assert content["tables"]["zh-hans"][0]["rows"][0][1] == "2026年9月23日"


def test_the_public_page_shows_the_list_with_the_withdrawal(client: Any) -> None:
    publish(
        "delay",
        {"transactions_from": "2026-09-18T00:00:00+08:00", "arrives_by": "2026-09-21"},
        published_at=datetime(2026, 9, 18, 4, tzinfo=UTC),
    )
    said = change()
    withdraw(said)
    page = client.get(f"/en/notices/{said.subject_id}/").content.decode()
    assert re.search(r"<td[^>]*>23 Sep 2026</td>\s*<td[^>]*>21 Sep 2026</td>", page)
    assert page.count("<caption>Affected dates that were already promised</caption>") == 2


def test_a_day_of_which_a_later_change_speaks_stays_as_that_one_says() -> None:
    first = change()
    change(TUESDAY, TUESDAY, day_kind="weekend")
    withdraw(first)
    assert settles(MONDAY)
    assert calendar_of("domestic").day(TUESDAY).kind == "weekend"


def test_what_was_taken_back_before_does_not_come_back_with_the_next() -> None:
    first = change()
    second = change(TUESDAY, TUESDAY, day_kind="weekend")
    withdraw(first)
    withdraw(second)
    assert calendar_of("domestic").day(TUESDAY).kind == "workday"


def test_changes_taken_back_in_reverse_leave_the_year_as_it_was() -> None:
    before = dict(calendar_of("domestic").days)
    first = change()
    second = change(TUESDAY, TUESDAY, day_kind="weekend")
    withdraw(second)
    assert calendar_of("domestic").day(TUESDAY).kind == "statutory_holiday"
    withdraw(first)
    after = calendar_of("domestic")
    assert all(after.day(day) == what for day, what in before.items())
    assert settles(MONDAY)
    assert settles(TUESDAY)


def test_the_same_change_can_be_made_again_and_taken_back_again() -> None:
    withdraw(change())
    again = change()
    assert not settles(MONDAY)
    withdraw(again)
    assert settles(MONDAY)


def test_withdrawing_a_correction_of_the_change_undoes_nothing() -> None:
    said = change()
    fixed = statement_correct(statement=said, body=text("更正"), author=None)
    withdraw(fixed)
    assert not settles(MONDAY)


def test_a_withdrawal_that_fails_leaves_the_calendar_alone() -> None:
    said = change()
    withdraw(said)
    facts = CalendarDay.objects.count()
    with pytest.raises(ValidationError, match="withdrawn"):
        withdraw(said)
    assert CalendarDay.objects.count() == facts


def test_both_persons_stand_in_the_calendar() -> None:
    writer, approver = make_staff(), make_staff(Role.ADMIN)
    publish("calendar_change", author=writer, approved_by=approver)
    fact = CalendarDay.objects.filter(date=MONDAY).latest("pk")
    assert (fact.entered_by, fact.approved_by) == (writer, approver)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
def test_the_author_cannot_be_the_second_person(role: str) -> None:
    person = make_staff(role)
    with pytest.raises(ValidationError, match="second person"):
        publish("calendar_change", author=person, approved_by=person)
    assert settles(MONDAY)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_a_role_that_may_not_approve_cannot_be_the_second_person(role: str) -> None:
    with pytest.raises(ValidationError, match="role"):
        publish("calendar_change", approved_by=make_staff(role))
    assert settles(MONDAY)


def test_nobody_else_is_nobody() -> None:
    with pytest.raises(ValidationError, match="second person"):
        publish("calendar_change", approved_by=None)
    assert not Statement.objects.exists()
