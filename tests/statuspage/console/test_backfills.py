"""Incidents entered afterwards: with their real times, always marked, and without waking anyone."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.statements.models import Statement
from tests.factories import make_address
from tests.statuspage.console.browser import form_of, press, publish, words

PATH = "/console/incidents/backfill/"
WRITTEN = {
    "name_zh": "扫码支付短时失败",
    "name_en": "QR payments failed briefly",
    "body_zh": "部分扫码支付失败,资金未受影响。",
    "body_en": "Some QR payments failed. No money was affected.",
    "started_at": "2026-03-02T10:00",
    "resolved_at": "2026-03-02T10:25",
}


def enter(client: Client, component: Component, **values: Any) -> Statement:
    state = {f"component_{component.public_id}": "partial_outage"}
    publish(client, PATH, **WRITTEN, **state, **values)
    return Statement.objects.get()


def test_it_keeps_its_real_times_and_changes_no_present_state(
    author: Client, component: Component
) -> None:
    enter(author, component)
    incident = Incident.objects.get()
    beijing = ZoneInfo("Asia/Shanghai")
    assert incident.started_at == datetime(2026, 3, 2, 10, 0, tzinfo=beijing)
    assert incident.resolved_at == datetime(2026, 3, 2, 10, 25, tzinfo=beijing)
    assert (incident.status, incident.impact) == ("resolved", "major")
    component.refresh_from_db()
    assert component.status == "operational"


def test_it_is_marked_on_page_feed_and_api_in_the_readers_language(
    author: Client, client: Client, component: Component
) -> None:
    statement = enter(author, component)
    today = timezone.localdate()
    day = f"{today.day} {today:%b}"
    page = words(client.get(f"/en/incidents/{statement.subject_id}/"))
    assert f" (entered afterwards, on {day})." in page
    assert "entered afterwards</span>" in page
    assert "entered afterwards</span>" in words(client.get("/en/history/?month=2026-03"))
    assert f" (entered afterwards, on {day})." in words(client.get("/history.atom?lang=en"))
    found = client.get("/api/v2/incidents.json?lang=en").json()["incidents"][0]
    assert found["started_at"].startswith("2026-03-02T")
    assert f"on {day})." in found["incident_updates"][0]["body"]
    chinese = statement.content["body"]["zh-hans"]
    assert chinese.endswith(f"（补录于{today.month}月{today.day}日）。")
    assert "。（" not in chinese
    assert "entered afterwards" not in statement.content["body"]["zh-hans"]


def test_a_backfill_tells_nobody(author: Client, component: Component) -> None:
    make_address("demo@example.com", "email")
    page = words(press(author, PATH, "confirm", **WRITTEN))
    assert "0 addresses will be notified." in page
    expand(enter(author, component).number)
    assert not Delivery.objects.exists()


def test_the_preview_says_whether_anything_is_sent(author: Client, component: Component) -> None:
    make_address()

    def preview(**values: Any) -> str:
        form = form_of(author.get(PATH)) | {**WRITTEN, **values, "step": "preview"}
        return words(author.post(PATH, form, headers={"hx-request": "true"}))

    assert "Nothing is sent: notifying subscribers is not selected." in preview()
    assert "incidents entered afterwards are only sent by" in preview(told="on")


def test_with_the_box_ticked_subscribers_are_told_but_not_by_sms(
    author: Client, component: Component
) -> None:
    make_address()
    mail = make_address("demo@example.com", "email")
    expand(enter(author, component, told="on").number)
    assert [one.address_id for one in Delivery.objects.all()] == [mail.pk]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"resolved_at": "2026-03-02T09:59"}, "The end must be after the start."),
        ({"resolved_at": "2026-03-02T10:00"}, "The end must be after the start."),
        ({"resolved_at": "2099-01-01T00:00"}, "It is not over yet. Publish it as a new incident."),
        ({"resolved_at": ""}, "This field is required."),
        ({"started_at": "yesterday"}, "Enter a valid date/time."),
    ],
)
def test_times_that_cannot_be_are_refused_beside_their_field(
    author: Client, component: Component, values: dict[str, str], problem: str
) -> None:
    page = press(author, PATH, "publish", **(WRITTEN | values))
    assert problem in words(page)
    assert not Statement.objects.exists()


def test_a_later_update_counts_on_from_it(author: Client, component: Component) -> None:
    statement = enter(author, component)
    path = f"/console/incidents/{statement.subject_id}/update/"
    publish(author, path, body_zh="又出现了。", status="investigating")
    assert Statement.objects.latest("number").content["status"] == "investigating"
    assert timezone.now() - Incident.objects.get().updated_at < timedelta(minutes=5)
