"""A change of a reviewed year is a statement that names the promised dates it moves."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.models import CalendarDay
from statuspage.calendar.selectors import calendar_of
from statuspage.notices.services import notice_publish
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.calendar.factories import load, reviewed
from tests.statuspage.notices.samples import second_person

pytestmark = pytest.mark.django_db
SATURDAY = date(2026, 10, 10)


def publish(kind: str, **payload: object) -> Statement:
    # A promise, of before its day.
    said = {"published_at": datetime(2026, 10, 8, tzinfo=UTC)} if kind == "delay" else {}
    return notice_publish(
        **said,
        kind=kind,
        title=text("公告", "Notice"),
        body=text("详见公告。", "See the notice."),
        payload=payload,
        author=None,
        confirmed=True,
        **second_person(kind),
    )


def rest_on_saturday(**values: object) -> Statement:
    given = {
        "profile": "domestic",
        "first_day": "2026-10-10",
        "last_day": "2026-10-10",
        "day_kind": "weekend",
        **values,
    }
    return publish("calendar_change", **given)


def test_the_day_changes_with_the_statement_that_says_so():
    reviewed(2026)
    said = rest_on_saturday()
    assert said.kind == "notice.calendar_change"
    assert not calendar_of("domestic").settles(SATURDAY)
    fact = CalendarDay.objects.filter(date=SATURDAY).latest("pk")
    assert said.subject_id in fact.source
    assert calendar_of("domestic", fact.known_from).settles(SATURDAY) is False


def test_the_statement_lists_a_promise_that_it_moves():
    reviewed(2026)
    earlier = publish(
        "delay",
        transactions_from="2026-10-08T00:00:00+08:00",
        arrives_by="2026-10-10",
    )
    said = rest_on_saturday()
    moved = said.content["payload"].get("moved") or said.content.get("moved")
    assert [(one["statement"], one["old"], one["new"]) for one in moved] == [
        (earlier.number, "2026-10-10", "2026-10-12")
    ]


def test_a_change_that_changes_nothing_is_not_said():
    reviewed(2026)
    with pytest.raises(ValidationError, match="Nothing would change"):
        rest_on_saturday(day_kind="make_up_workday")
    assert not Statement.objects.exists()


def test_a_year_that_is_not_reviewed_is_not_changed_in_public():
    load(2026)
    with pytest.raises(ValidationError, match="not reviewed"):
        rest_on_saturday()
    assert not Statement.objects.exists()
    assert calendar_of("domestic").settles(SATURDAY)
