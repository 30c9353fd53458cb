"""Cancelling and rescheduling over the API, and what every reader of the page then sees."""

import pytest
from django.test import Client

from statuspage.incidents.models import Maintenance
from tests.factories import text
from tests.statuspage.api import samples
from tests.statuspage.api.client import error_of

pytestmark = pytest.mark.django_db
WORDS = {"body": text("改用其他方案。", "We found another way.")}


@pytest.fixture
def planned(api, component):
    return api.post("maintenances/", samples.maintenance(component)).json()


def cancel(api, planned, **values):
    return api.post(f"maintenances/{planned['id']}/cancellations/", {**WORDS, **values})


def reschedule(api, planned, **values):
    return api.post(f"maintenances/{planned['id']}/reschedulings/", {**WORDS, **values})


def read(path):
    return Client().get(path)


def test_a_cancelled_one_is_answered_as_it_now_is_and_only_once(api, planned):
    answer = cancel(api, planned)
    assert answer.status_code == 201
    assert answer.json()["status"] == "cancelled"
    assert answer.json()["cancelled_at"]
    assert answer.json()["completed_at"] is None
    again = cancel(api, planned)
    assert (again.status_code, error_of(again)["code"]) == (409, "transition")


def test_it_is_gone_from_what_is_planned_and_the_record_says_cancelled(api, planned):
    cancel(api, planned)
    v2 = "/api/v2/scheduled-maintenances"
    for path in (f"{v2}/upcoming.json", f"{v2}/active.json", "/api/v2/summary.json"):
        assert read(path).json()["scheduled_maintenances"] == [], path
    (shown,) = read(f"{v2}.json").json()["scheduled_maintenances"]
    assert shown["status"] == "completed"  # the contract has no other word
    assert shown["resolved_at"]
    newest = shown["incident_updates"][0]
    assert newest["status"] == "completed"
    assert "原定时间" in newest["body"]
    home = read("/en/").content.decode()
    assert 'id="maintenance"' not in home
    assert "Cancelled" in home  # among the last 14 days
    month = Maintenance.objects.get().scheduled_for
    for path in (f"/en/history/?month={month:%Y-%m}", f"/en/maintenances/{planned['id']}/"):
        assert "Cancelled" in read(path).content.decode(), path
    assert "EventCancelled" in read(f"/en/maintenances/{planned['id']}/").content.decode()


def test_the_calendar_cancels_the_event_and_moves_it_under_the_same_uid(api, planned):
    def event():
        text = read("/calendar.ics?lang=en").content.decode().replace("\r\n ", "")
        (found,) = [one for one in text.split("BEGIN:VEVENT") if planned["id"] in one]
        return dict(line.split(":", 1) for line in found.splitlines() if ":" in line)

    first = event()
    end = samples.in_hours(30)
    assert reschedule(api, planned, scheduled_until=end).status_code == 201
    moved = event()
    assert moved["UID"] == first["UID"]
    assert (moved["SEQUENCE"], moved["STATUS"]) == ("1", "CONFIRMED")
    assert moved["DTEND"] != first["DTEND"]
    assert "Previous end" in moved["DESCRIPTION"]
    cancel(api, planned)
    gone = event()
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (first["UID"], "2", "CANCELLED")


def test_new_times_and_services_are_on_the_page_and_in_the_feeds(api, planned, component):
    values = {"scheduled_until": samples.in_hours(30), "components": []}
    answer = reschedule(api, planned, **values).json()
    assert answer["components"] == []
    assert answer["timeline"][-1]["kind"] == "maintenance.rescheduled"
    page = read(f"/en/maintenances/{planned['id']}/").content.decode()
    home, feed = read("/en/").content.decode(), read("/history.atom?lang=en").content.decode()
    for one in (page, home, feed):
        assert "Previous end" in one
        assert "Services affected before" in one
    assert "Rescheduled" in page
    assert "Rescheduled" in feed


def test_in_progress_its_services_are_released_when_it_is_cancelled(api, planned):
    update = {"status": "in_progress", "body": text("已开始。")}
    api.post(f"maintenances/{planned['id']}/updates/", update)
    assert read("/api/v2/status.json").json()["status"]["indicator"] == "maintenance"
    cancel(api, planned)
    assert read("/api/v2/status.json").json()["status"]["indicator"] == "none"
    assert 'id="maintenance"' not in read("/en/").content.decode()


@pytest.mark.parametrize("act", [cancel, reschedule])
def test_who_read_an_older_version_changes_nothing(api, planned, act):
    api.post(f"maintenances/{planned['id']}/updates/", {"status": "scheduled", **WORDS})
    values = {} if act is cancel else {"scheduled_until": samples.in_hours(30)}
    answer = act(api, planned, version=planned["version"], **values)
    assert (answer.status_code, error_of(answer)["code"]) == (409, "superseded")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"scheduled_for": samples.in_hours(-2)},
        {"scheduled_until": samples.in_hours(1)},
        {"scheduled_for": samples.in_hours(23)},
        {"components": ["zzzzzzzzzzzz"]},
        {"scheduled_until": None},
        {"body": text("")},
    ],
    ids=["nothing", "past", "no span", "late without a reason", "unknown", "none", "no text"],
)
def test_what_cannot_be_is_refused_with_a_sentence(api, planned, values):
    answer = reschedule(api, planned, **values)
    assert answer.status_code == 400
    assert error_of(answer)["message"]
    assert len(api.get(f"maintenances/{planned['id']}/").json()["timeline"]) == 1
