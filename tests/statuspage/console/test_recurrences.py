"""Maintenance that comes back, and the month in which it stands."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from statuspage.components.models import Component
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.recurrence import Frequency, RecurrenceRule
from statuspage.incidents.services.recurrences import due
from statuspage.incidents.services.series import recurrence_create
from statuspage.incidents.tasks import announce_recurring
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_staff, text
from tests.statuspage.console.browser import form_of, publish, signed_in, words

BEIJING = ZoneInfo("Asia/Shanghai")
PATH = "/console/maintenances/calendar/"
NEW = "/console/maintenances/recurring/new/"
# A Sunday, the second of its month.
FIRST = date(2026, 3, 8)
WRITTEN = {
    "name_zh": "例行维护",
    "name_en": "Routine maintenance",
    "body_zh": "商户后台暂停登录。",
    "frequency": "monthly_by_weekday",
    "first": "2026-03-08",
    "at": "02:00",
    "minutes": "90",
    "ahead_days": "14",
    "announced": "staff",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def row(component: Component, **values: Any) -> Recurrence:
    given: dict[str, Any] = {
        "name": text("例行维护", "Routine maintenance"),
        "body": text("商户后台暂停登录。", "The portal is closed."),
        "components": [component.public_id],
        "rule": RecurrenceRule("monthly_by_weekday", FIRST, time(2)),
        "minutes": 90,
        "ahead_days": 14,
        "automatic": True,
        "author": make_staff(),
    }
    return recurrence_create(**(given | values))


@pytest.mark.parametrize(
    ("frequency", "first", "expected"),
    [
        (Frequency.WEEKLY, date(2026, 3, 8), ["03-08", "03-15", "03-22"]),
        (Frequency.FORTNIGHTLY, date(2026, 3, 8), ["03-08", "03-22", "04-05"]),
        (Frequency.MONTHLY_BY_DAY, date(2026, 1, 31), ["01-31", "03-31", "05-31"]),
        (Frequency.MONTHLY_BY_WEEKDAY, date(2026, 3, 8), ["03-08", "04-12", "05-10"]),
        (Frequency.MONTHLY_BY_WEEKDAY, date(2026, 3, 29), ["03-29", "04-26", "05-31"]),
    ],
)
def test_a_rule_comes_back_as_people_mean_it(
    frequency: str, first: date, expected: list[str]
) -> None:
    starts = RecurrenceRule(frequency, first, time(2)).between(at("2026-01-01"), at("2026-12-31"))
    assert [f"{one:%m-%d}" for one in starts[:3]] == expected
    assert {(one.hour, one.utcoffset()) for one in starts} == {(2, timedelta(hours=8))}


def test_setting_up_a_rule_publishes_nothing(author: Client, component: Component) -> None:
    answer = author.post(NEW, WRITTEN | {"components": component.public_id}, follow=True)
    assert answer.redirect_chain == [(PATH, 302)]
    assert "Routine maintenance" in words(answer)
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name_zh": ""}, "The Chinese text (zh-hans) is required."),
        ({"first": "2026-02-30"}, "Enter a valid date."),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"ahead_days": "400"}, "less than or equal to 90"),
        ({"at": "25:00"}, "Enter a valid time."),
        ({"frequency": "never"}, "Select a valid choice"),
        ({"components": "zzz"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    author: Client, component: Component, values: dict[str, str], problem: str
) -> None:
    answer = author.post(NEW, WRITTEN | values)
    assert answer.status_code == 400
    assert problem in words(answer)
    assert form_of(answer, "ahead_days")["body_zh"] == WRITTEN["body_zh"]
    assert not Recurrence.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("first", "1999-12-31"), ("last", "9999-12-31")])
def test_a_year_that_cannot_be_is_refused_in_a_sentence(
    author: Client, component: Component, field: str, value: str
) -> None:
    answer = author.post(NEW, {**WRITTEN, "components": component.public_id, field: value})
    assert answer.status_code == 400
    assert "The year must be from 2000 to 2099." in words(answer)


@pytest.mark.django_db
class TestTheClock:
    """Announces by itself where it was told to."""

    def test_announces_each_occurrence_once_and_in_time(self, component: Component) -> None:
        with time_machine.travel(at("2026-02-20T12:00"), tick=False) as clock:
            row(component)
            announce_recurring()
            assert not Statement.objects.exists()
            clock.move_to(at("2026-02-22T12:00"))
            announce_recurring()
            announce_recurring()
            clock.move_to(at("2026-04-01T12:00"))
            announce_recurring()
        found = Maintenance.objects.order_by("scheduled_for")
        assert [f"{one.scheduled_for.astimezone(BEIJING):%m-%d %H:%M}" for one in found] == [
            "03-08 02:00",
            "04-12 02:00",
        ]
        assert found[0].scheduled_until - found[0].scheduled_for == timedelta(minutes=90)
        assert Statement.objects.count() == 2

    def test_announces_nothing_where_staff_announce(self, component: Component) -> None:
        with time_machine.travel(at("2026-02-25T12:00"), tick=False):
            row(component, automatic=False)
            announce_recurring()
        assert not Statement.objects.exists()

    def test_announces_nothing_of_a_rule_that_was_stopped(self, component: Component) -> None:
        one = row(component)
        signed_in().post(f"/console/maintenances/recurring/{one.pk}/stop/")
        with time_machine.travel(at("2026-02-25T12:00"), tick=False):
            announce_recurring()
        assert not Statement.objects.exists()

    def test_announces_nothing_in_the_name_of_who_may_no_longer_publish(
        self, component: Component
    ) -> None:
        one = row(component)
        Staff.objects.filter(pk=one.author_id).update(is_active=False)
        with time_machine.travel(at("2026-02-25T12:00"), tick=False):
            announce_recurring()
            assert not Statement.objects.exists()
            assert [found.recurrence for found in due()] == [one]

    def test_nothing_is_made_up_for_times_that_have_passed(self, component: Component) -> None:
        with time_machine.travel(at("2026-09-01T12:00"), tick=False):
            row(component)
            announce_recurring()
        found = Maintenance.objects.get()
        assert found.scheduled_for == at("2026-09-13T02:00")


@pytest.mark.django_db
class TestStaff:
    """Are asked to announce it, and do so with a form that is filled in."""

    def test_an_occurrence_that_is_due_is_announced_from_the_first_page(
        self, component: Component
    ) -> None:
        with time_machine.travel(at("2026-02-25T12:00"), tick=True):
            one = row(component, automatic=False)
            author = signed_in()
            page = words(author.get("/console/"))
            assert "Maintenance to announce" in page
            address = f"?recurrence={one.pk}&start={int(at('2026-03-08T02:00').timestamp())}"
            compose = f"/console/maintenances/compose/{address}"
            assert compose in page
            publish(author, compose, scheduled_until="2026-03-08T04:00")
            assert "Maintenance to announce" not in words(author.get("/console/"))
            assert author.get(compose).status_code == 404
        said = Maintenance.objects.get()
        assert (said.occurrence, said.scheduled_until) == (
            at("2026-03-08T02:00"),
            at("2026-03-08T04:00"),
        )
        assert Statement.objects.get().content["body"]["en"] == "The portal is closed."

    @pytest.mark.parametrize("query", ["?recurrence=1&start=x", "?recurrence=999&start=1"])
    def test_an_occurrence_that_is_not_due_is_not_found(
        self, component: Component, query: str
    ) -> None:
        assert signed_in().get(f"/console/maintenances/compose/{query}").status_code == 404


@pytest.mark.django_db
class TestMonth:
    """What stands in it."""

    def test_what_is_announced_and_what_is_to_come(self, component: Component) -> None:
        with time_machine.travel(at("2026-02-25T12:00"), tick=False):
            row(component)
            announce_recurring()
            reader = signed_in(Role.AUDITOR)
            march = words(reader.get(f"{PATH}?month=2026-03"))
            april = words(reader.get(f"{PATH}?month=2026-04"))
        maintenance = Maintenance.objects.get()
        # In the table, in the list for small screens, and as the next one.
        assert march.count(f'href="/console/maintenances/{maintenance.public_id}/"') == 3
        assert "not announced yet" not in march.split('id="recurring"')[0]
        assert "not announced yet" in april
        assert 'href="?month=2026-05"' in april

    @pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12", "2026-3"])
    def test_nonsense_is_this_month(self, db: None, month: str) -> None:
        with time_machine.travel(at("2026-02-25T12:00"), tick=False):
            assert 'href="?month=2026-03"' in words(signed_in().get(f"{PATH}?month={month}"))

    def test_the_calendar_ends_somewhere(self, db: None) -> None:
        page = words(signed_in().get(f"{PATH}?month=2099-12"))
        assert 'rel="next"' not in page
        assert 'rel="prev"' in page
