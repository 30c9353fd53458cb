"""Incidents entered afterwards: with their real times, always marked, and without waking anyone."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.delivery.selectors import previews_of
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
    path = f"/console/incidents/{statement.subject_id}/reopen/"
    publish(author, path, body_zh="又出现了。", status="investigating")
    assert Statement.objects.latest("number").content["status"] == "investigating"
    assert timezone.now() - Incident.objects.get().updated_at < timedelta(minutes=5)


def rows(component: Component) -> dict[str, str]:
    """Two updates before the end, typed in the wrong order, and a row that was left empty."""
    return {
        "rows": "3",
        "update_0_at": "2026-03-02T10:15",
        "update_0_status": "identified",
        "update_0_impact": "minor",
        "update_0_body_zh": "已查明原因。",
        f"update_0_component_{component.public_id}": "degraded_performance",
        "update_1_at": "2026-03-02T10:05",
        "update_1_status": "investigating",
        "update_1_body_zh": "正在排查。",
        "update_1_body_en": "We are looking into it.",
        "update_2_body_zh": "",
    }


def test_it_is_entered_with_as_many_dated_updates_as_it_had(
    author: Client, component: Component
) -> None:
    state = {f"component_{component.public_id}": "partial_outage"}
    page = words(press(author, PATH, "confirm", **WRITTEN, **state, **rows(component)))
    assert "3 statements are published together" in page
    assert page.rindex("We are looking into it") < page.rindex("No money was affected")
    publish(author, PATH, **WRITTEN, **state, **rows(component))
    said = [one.content for one in Statement.objects.order_by("number")]
    assert [one["status"] for one in said] == ["investigating", "identified", "resolved"]
    assert [one["impact"] for one in said] == ["major", "minor", "minor"]
    assert [one["components"][0]["new_status"] for one in said] == [
        "partial_outage",
        "degraded_performance",
        "operational",
    ]


def test_rows_are_added_and_removed_without_losing_a_word(
    author: Client, component: Component
) -> None:
    more = press(author, PATH, "more", **WRITTEN, **rows(component))
    assert form_of(more)["rows"] == "4"
    assert form_of(more)["update_0_body_zh"] == "正在排查。"
    assert form_of(more)["body_zh"] == WRITTEN["body_zh"]
    less = form_of(press(author, PATH, "remove-0", **form_of(more)))
    assert (less["rows"], less["update_0_body_zh"]) == ("3", "已查明原因。")
    assert less[f"update_0_component_{component.public_id}"] == "degraded_performance"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"update_0_at": ""}, "Time of update 2: This field is required."),
        ({"update_1_status": ""}, "Status at that time (update 1): This field is required."),
        ({"update_1_at": "2026-03-02T09:00"}, "Time of update 1: This must not be before"),
        (
            {"update_0_at": "2026-03-02T11:00"},
            "Status at that time (update 2): The last update must be “Resolved”",
        ),
        (
            {"update_0_status": "resolved", "update_2_at": "2026-03-02T10:20"}
            | {"update_2_body_zh": "又出现了。", "update_2_status": "identified"},
            "Status at that time (update 3): “Identified” cannot follow “Resolved”.",
        ),
        ({"update_1_body_zh": ""}, "Text of update 1: The Chinese text"),
    ],
    ids=["no time", "no status", "before the start", "after the end", "not open", "no Chinese"],
)
def test_what_is_wrong_in_a_row_is_said_beside_it_and_nothing_typed_is_lost(
    author: Client, component: Component, values: dict[str, str], problem: str
) -> None:
    page = press(author, PATH, "publish", **(WRITTEN | rows(component) | values))
    assert problem in re.sub("<[^>]*>", "", words(page))
    assert form_of(page)["update_0_body_en"] or form_of(page)["update_1_body_zh"]
    assert not Statement.objects.exists()


def test_whoever_wants_updates_by_sms_gets_one_that_says_it_is_over(
    author: Client, component: Component, settings: Any
) -> None:
    settings.SMS_MOMENTS = ["updated"]
    phone = make_address()
    state = {f"component_{component.public_id}": "partial_outage"}
    publish(author, PATH, **WRITTEN, **state, **rows(component), told="on")
    for number in Statement.objects.values_list("number", flat=True):
        expand(number)
    [sent] = Delivery.objects.all()
    assert (sent.address_id, sent.statement_id) == (phone.pk, 3)
    [sms] = [
        one.content.text
        for one in previews_of(Statement.objects.get(number=3).document)
        if (one.channel.name, one.language) == ("sms", "zh-hans")
    ]
    assert "已恢复" in sms
    assert "（补录于" in sms
