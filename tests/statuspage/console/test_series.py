"""A recurring series can be edited, one date skipped, and its end set."""

from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from statuspage.components.models import Component
from statuspage.incidents.models import Maintenance, Recurrence, RecurrenceSkip
from statuspage.incidents.recurrence import RecurrenceRule
from statuspage.incidents.services.impacts import Superseded
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.incidents.services.recurrences import due, foreseen
from statuspage.incidents.services.replanning import maintenance_cancel
from statuspage.incidents.services.series import (
    occurrence_skip,
    occurrence_take_back,
    recurrence_edit,
)
from statuspage.incidents.tasks import announce_recurring
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from tests.factories import make_staff, text
from tests.statuspage.console.browser import form_of, signed_in, words
from tests.statuspage.console.test_recurrences import BEIJING, NEW, PATH, WRITTEN, at, row

pytestmark = pytest.mark.django_db
SUNDAYS = RecurrenceRule("weekly", date(2026, 3, 8), time(2))
EDIT = "/console/maintenances/recurring/{}/"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(at("2026-02-25T12:00"), tick=False) as found:
        yield found


def edit(series: Recurrence, **values: Any) -> None:
    given = {
        "name": series.name,
        "body": series.body,
        "components": [one.public_id for one in series.components.all()],
        "rule": series.rule,
        "minutes": series.minutes,
        "ahead_days": series.ahead_days,
        "automatic": series.automatic,
        "author": make_staff(),
    }
    recurrence_edit(recurrence=series, **(given | values))
    series.refresh_from_db()


def starts() -> list[str]:
    rows = Maintenance.objects.order_by("scheduled_for")
    return [f"{one.scheduled_for.astimezone(BEIJING):%m-%d %H:%M}" for one in rows]


def coming(until: str) -> list[str]:
    found = foreseen(at("2026-02-25T12:00"), at(until))
    return [f"{one.start:%m-%d %H:%M}" for one in found]


def test_an_edit_changes_what_is_announced_later_and_leaves_what_is_announced(
    component: Component, clock: Any
) -> None:
    series = row(component, rule=SUNDAYS)
    announce_recurring()
    edit(series, name=text("夜间维护"), rule=RecurrenceRule("weekly", date(2026, 3, 8), time(3)))
    announce_recurring()
    assert starts() == ["03-08 02:00"]  # of the same date: not announced again at three
    clock.move_to(at("2026-03-02T12:00"))
    announce_recurring()
    assert starts() == ["03-08 02:00", "03-15 03:00"]
    names = [one.name["zh-hans"] for one in Maintenance.objects.order_by("scheduled_for")]
    assert names == ["例行维护", "夜间维护"]


def test_an_edit_to_another_weekday_announces_nothing_twice(
    component: Component, clock: Any
) -> None:
    series = row(component, rule=SUNDAYS, ahead_days=21)
    announce_recurring()
    assert starts() == ["03-08 02:00", "03-15 02:00"]
    edit(series, rule=RecurrenceRule("weekly", date(2026, 3, 9), time(1)), ahead_days=21)
    announce_recurring()
    clock.move_to(at("2026-03-03T12:00"))
    announce_recurring()
    # The 9th is skipped: what it moves is announced for the 8th already.
    assert starts() == ["03-08 02:00", "03-15 02:00", "03-16 01:00", "03-23 01:00"]
    occurrence_take_back(recurrence=series, day=date(2026, 3, 9), staff=make_staff())
    page = words(signed_in().get(EDIT.format(series.pk)))
    assert "Skip this date" in page


def test_the_console_edits_it_and_says_what_stays(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    author = signed_in()
    assert EDIT.format(series.pk) in words(author.get(PATH))
    page = author.get(EDIT.format(series.pk))
    assert "Maintenance that is already announced stays as it is" in words(page)
    form = form_of(page, "ahead_days") | {"minutes": "45", "last": "2026-03-22"}
    author.post(EDIT.format(series.pk), form)
    series.refresh_from_db()
    assert (series.minutes, series.last, series.version) == (45, date(2026, 3, 22), 2)
    assert series.components.get() == component
    entry = AuditEntry.objects.get(act="recurrence.edited")
    assert entry.before == {"minutes": 90, "last": None}
    assert entry.after == {"minutes": 45, "last": "2026-03-22"}


def test_who_saves_an_older_state_is_told_and_loses_nothing(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    author = signed_in()
    form = form_of(author.get(EDIT.format(series.pk)), "ahead_days")
    edit(series, minutes=30)
    answer = author.post(EDIT.format(series.pk), form | {"minutes": "45", "body_zh": "写好了。"})
    assert answer.status_code == 400
    assert "Someone else has changed this series." in words(answer)
    kept = form_of(answer, "ahead_days")
    assert (kept["minutes"], kept["body_zh"]) == ("45", "写好了。")
    author.post(EDIT.format(series.pk), kept)
    series.refresh_from_db()
    assert series.minutes == 45


def test_its_end_is_set_and_taken_off_again(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    edit(series, rule=RecurrenceRule("weekly", date(2026, 3, 8), time(2), date(2026, 3, 15)))
    assert coming("2026-04-30T00:00") == ["03-08 02:00", "03-15 02:00"]
    assert "until 2026-03-15" in words(signed_in().get(PATH))
    edit(series, rule=SUNDAYS)
    assert len(coming("2026-04-30T00:00")) == 8


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        ("2026-03-07", "The last day cannot be before the first day."),
        ("2026-02-30", "Enter a valid date."),
    ],
    ids=["before the first", "no date"],
)
def test_an_end_that_cannot_be_is_refused(component: Component, last: str, sentence: str) -> None:
    answer = signed_in().post(NEW, WRITTEN | {"components": component.public_id, "last": last})
    assert answer.status_code == 400
    assert sentence in words(answer)


def test_an_end_in_the_past_is_refused(component: Component, clock: Any) -> None:
    series = row(component, rule=SUNDAYS)
    clock.move_to(at("2026-04-01T12:00"))
    with pytest.raises(ValidationError) as refusal:
        edit(series, rule=RecurrenceRule("weekly", date(2026, 3, 8), time(2), date(2026, 3, 15)))
    assert "last" in refusal.value.message_dict


def test_one_date_is_skipped_by_somebody_and_can_be_taken_back(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    author = signed_in()
    author.post(f"{EDIT.format(series.pk)}2026-03-08/skip/")
    announce_recurring()
    assert starts() == []
    assert "Skipped" in words(author.get(EDIT.format(series.pk)))
    skip = RecurrenceSkip.objects.get()
    assert skip.staff.username in words(author.get(EDIT.format(series.pk)))
    author.post(f"{EDIT.format(series.pk)}2026-03-08/take-back/")
    announce_recurring()
    assert starts() == ["03-08 02:00"]
    assert [one.skipped for one in RecurrenceSkip.objects.order_by("pk")] == [True, False]
    acts = AuditEntry.objects.filter(act__startswith="recurrence.").order_by("pk")
    assert [one.act for one in acts] == ["recurrence.skipped", "recurrence.skip_taken_back"]


def test_skipping_or_taking_back_twice_is_once(component: Component) -> None:
    series, staff = row(component, rule=SUNDAYS), make_staff()
    for act in (occurrence_take_back, occurrence_skip, occurrence_skip):
        act(recurrence=series, day=date(2026, 3, 8), staff=staff)
    assert RecurrenceSkip.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-03-09", "2026-02-22"], ids=["no such date", "past"])
def test_a_date_that_does_not_come_is_not_skipped(component: Component, day: str) -> None:
    series = row(component, rule=RecurrenceRule("weekly", date(2026, 2, 8), time(2)))
    answer = signed_in().post(f"{EDIT.format(series.pk)}{day}/skip/", follow=True)
    assert "This series has no coming date on that day." in words(answer)
    assert not RecurrenceSkip.objects.exists()


@pytest.mark.parametrize("day", ["x", "2026-13-01"])
def test_what_is_no_day_is_not_found(component: Component, day: str) -> None:
    series = row(component, rule=SUNDAYS)
    assert signed_in().post(f"{EDIT.format(series.pk)}{day}/skip/").status_code == 404


def test_a_skip_is_taken_back_only_until_its_date(component: Component, clock: Any) -> None:
    series, staff = row(component, rule=SUNDAYS), make_staff()
    occurrence_skip(recurrence=series, day=date(2026, 3, 8), staff=staff)
    clock.move_to(at("2026-03-08T02:00"))
    with pytest.raises(ValidationError) as refusal:
        occurrence_take_back(recurrence=series, day=date(2026, 3, 8), staff=staff)
    assert refusal.value.code == "day"


def test_a_date_that_is_announced_is_offered_cancelling_instead(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    announce_recurring()
    planned = Maintenance.objects.get()
    answer = signed_in().post(f"{EDIT.format(series.pk)}2026-03-08/skip/", follow=True)
    cancelling = f"/console/maintenances/{planned.public_id}/cancel/"
    assert answer.redirect_chain == [(cancelling, 302)]
    assert "This date is already announced. Cancel the maintenance instead." in words(answer)
    maintenance_cancel(maintenance=planned, body=text("不做了。"), author=None)
    announce_recurring()
    assert Maintenance.objects.count() == 1  # what is cancelled is not announced again


def test_the_clock_that_read_an_older_series_announces_nothing_of_it(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    (one,) = due()
    edit(series, name=text("夜间维护"))
    with pytest.raises(ValidationError) as refusal:
        _announce(one)
    assert refusal.value.code == "changed"
    (again,) = due()
    occurrence_skip(recurrence=series, day=date(2026, 3, 8), staff=make_staff())
    with pytest.raises(ValidationError) as refusal:
        _announce(again)
    assert refusal.value.code == "skipped"
    assert not Statement.objects.exists()


def _announce(one: Any) -> None:
    maintenance_schedule(
        name=one.recurrence.name,
        body=one.recurrence.body,
        components=[],
        scheduled_for=one.start,
        scheduled_until=one.end,
        author=None,
        due=one,
    )


def test_a_stopped_series_is_not_edited(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    signed_in().post(f"{EDIT.format(series.pk)}stop/")
    with pytest.raises(Superseded):
        edit(series)


def test_who_edits_while_another_stops_it_is_told_and_loses_nothing(component: Component) -> None:
    series = row(component, rule=SUNDAYS)
    author, path = signed_in(), EDIT.format(series.pk)
    form = form_of(author.get(path), "ahead_days") | {"body_zh": "写好了。"}
    for _twice in range(2):
        stopped = author.post(f"{path}stop/", follow=True)
    assert "This series was stopped." in words(stopped)
    answer = author.post(path, form)
    assert "Someone stopped this series. Set up a new one instead." in words(answer)
    assert form_of(answer, "ahead_days")["body_zh"] == "写好了。"
    skipped = author.post(f"{path}2026-03-15/skip/", follow=True)
    assert "This series has no coming date on that day." in words(skipped)
    assert "This series was stopped." in words(skipped)


def test_what_is_announced_is_listed_although_the_series_no_longer_has_its_date(
    component: Component,
) -> None:
    series = row(component, rule=SUNDAYS)
    announce_recurring()
    edit(series, rule=RecurrenceRule("weekly", date(2026, 3, 11), time(2)))
    page = words(signed_in().get(EDIT.format(series.pk)))
    assert page.index("2026-03-08 Sun 02:00") < page.index("2026-03-11 Wed 02:00")


def test_what_was_written_for_a_date_that_is_skipped_meanwhile_is_kept(
    component: Component,
) -> None:
    series = row(component, rule=SUNDAYS, automatic=False)
    author = signed_in()
    start = int(at("2026-03-08T02:00").timestamp())
    compose = f"/console/maintenances/compose/?recurrence={series.pk}&start={start}"
    form = form_of(author.get(compose)) | {"body_zh": "写好了。", "step": "publish"}
    occurrence_skip(recurrence=series, day=date(2026, 3, 8), staff=make_staff())
    answer = author.post(compose, form)
    assert "This date of the series is skipped." in words(answer)
    assert form_of(answer)["body_zh"] == "写好了。"


class TestNext:
    """The month view says when the next one is, in whichever month."""

    def test_what_a_series_foresees(self, component: Component) -> None:
        row(component, rule=RecurrenceRule("weekly", date(2026, 6, 7), time(2)))
        page = words(signed_in().get(PATH))
        assert "2026-06-07 02:00" in page
        assert 'href="?month=2026-06"' in page

    def test_it_is_never_of_the_past(self, component: Component, clock: Any) -> None:
        row(component, rule=SUNDAYS)
        announce_recurring()
        Maintenance.objects.update(by_hand=True)
        clock.move_to(at("2026-03-09T12:00"))
        assert "2026-03-15 02:00" in words(signed_in().get(PATH))

    def test_what_is_announced(self, component: Component) -> None:
        row(component, rule=SUNDAYS)
        announce_recurring()
        planned = Maintenance.objects.get()
        line = words(signed_in().get(f"{PATH}?month=2026-05")).split("Next maintenance")[1]
        assert planned.public_id in line.split("</p>")[0]
        assert "2026-03-08 02:00" in line.split("</p>")[0]

    def test_not_what_is_cancelled_or_skipped(self, component: Component) -> None:
        series = row(component, rule=SUNDAYS)
        announce_recurring()
        maintenance_cancel(maintenance=Maintenance.objects.get(), body=text("x"), author=None)
        occurrence_skip(recurrence=series, day=date(2026, 3, 15), staff=make_staff())
        line = words(signed_in().get(PATH)).split("Next maintenance")[1].split("</p>")[0]
        assert "2026-03-22 02:00" in line

    def test_that_there_is_none(self) -> None:
        line = words(signed_in().get(PATH)).split("Next maintenance")[1].split("</p>")[0]
        assert "none planned" in line


def test_a_day_is_that_of_beijing() -> None:
    assert SUNDAYS.on(date(2026, 3, 15)) == datetime(2026, 3, 15, 2, tzinfo=BEIJING)
    assert SUNDAYS.on(date(2026, 3, 14)) is None
