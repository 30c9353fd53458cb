"""Cancelling and rescheduling a maintenance in the console."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.maintenances import maintenance_update
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_address, text
from tests.statuspage.console.browser import form_of, press, publish, signed_in, words
from tests.statuspage.console.paths import plan


@pytest.fixture
def planned(component: Component) -> Maintenance:
    return Maintenance.objects.get(public_id=plan(component).subject_id)


def path(maintenance: Maintenance, act: str = "") -> str:
    return f"/console/maintenances/{maintenance.public_id}/{act}"


def test_both_are_offered_until_it_is_over(author: Client, planned: Maintenance) -> None:
    both = [path(planned, "cancel/"), path(planned, "reschedule/")]
    assert all(one in words(author.get(path(planned))) for one in both)
    assert not any(one in words(signed_in(Role.AUDITOR).get(path(planned))) for one in both)
    publish(author, path(planned, "cancel/"), body_zh="不再需要。")
    page = words(author.get(path(planned)))
    assert not any(one in page for one in both)
    assert "Cancelled" in page
    for one in both:
        assert author.get(one).url == path(planned)


def test_the_preview_says_who_is_told_and_what_the_sms_says(
    author: Client, planned: Maintenance, settings: object
) -> None:
    make_address("reader@example.com", channel="email")
    settings.SMS_MOMENTS = frozenset({"maintenance_planned"})  # type: ignore[attr-defined]
    page = words(press(author, path(planned, "cancel/"), "confirm", body_zh="不再需要。"))
    assert "1 address will be notified." in page
    assert "维护：已取消。原定" in page
    assert not Statement.objects.filter(kind="maintenance.cancelled").exists()


def test_a_cancellation_needs_a_reason(author: Client, planned: Maintenance) -> None:
    page = press(author, path(planned, "cancel/"), "publish", body_zh="")
    assert "This field is required." in words(page)
    planned.refresh_from_db()
    assert planned.status == "scheduled"


def test_only_what_is_changed_changes(author: Client, planned: Maintenance) -> None:
    """The form shows minutes: the seconds of what nobody touched stay."""
    end = timezone.localtime(planned.scheduled_until + timedelta(hours=3))
    publish(
        author,
        path(planned, "reschedule/"),
        scheduled_until=f"{end:%Y-%m-%dT%H:%M}",
        body_zh="延长。",
    )
    before = planned.scheduled_for
    planned.refresh_from_db()
    assert planned.scheduled_for == before
    assert planned.scheduled_until == end.replace(second=0, microsecond=0)
    assert [one.name for one in planned.components.all()] != []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Nothing has changed: choose other times or other services."),
        ({"scheduled_for": "2001-01-01T00:00"}, "It must start in the future."),
        ({"scheduled_until": "2001-01-01T00:00"}, "The end must be after the start."),
        ({"scheduled_until": ""}, "This field is required."),
    ],
    ids=["nothing", "start", "end", "missing"],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    author: Client, planned: Maintenance, values: dict[str, str], sentence: str
) -> None:
    page = press(author, path(planned, "reschedule/"), "publish", body_zh="改期。", **values)
    assert sentence in words(page)
    assert form_of(page)["body_zh"] == "改期。"
    assert Statement.objects.count() == 1


def test_an_earlier_start_asks_for_the_reason_of_short_notice(
    author: Client, planned: Maintenance
) -> None:
    start = timezone.localtime(planned.scheduled_for - timedelta(hours=1))
    values = {"scheduled_for": f"{start:%Y-%m-%dT%H:%M}", "body_zh": "提前。"}
    page = press(author, path(planned, "reschedule/"), "publish", **values)
    assert "working days ahead" in words(page)
    publish(author, path(planned, "reschedule/"), **values, short_notice_reason_zh="配合银行。")
    said = Statement.objects.latest("number")
    assert said.content["short_notice_reason"] == {"zh-hans": "配合银行。"}


def test_no_service_can_be_left(author: Client, planned: Maintenance) -> None:
    publish(author, path(planned, "reschedule/"), components=[], body_zh="不影响任何服务。")
    assert not planned.components.exists()


def test_once_started_its_start_cannot_be_chosen(author: Client, planned: Maintenance) -> None:
    maintenance_update(maintenance=planned, status="in_progress", body=text("开始"), author=None)
    form = form_of(author.get(path(planned, "reschedule/")))
    assert "scheduled_for" not in form
    assert "scheduled_until" in form


def test_who_was_overtaken_sees_what_happened_and_keeps_the_text(
    author: Client, planned: Maintenance
) -> None:
    form = form_of(author.get(path(planned, "cancel/"))) | {"body_zh": "取消。", "step": "publish"}
    maintenance_update(maintenance=planned, status="in_progress", body=text("已开始"), author=None)
    page = author.post(path(planned, "cancel/"), form)
    assert "已开始" in words(page)
    assert form_of(page)["body_zh"] == "取消。"
    planned.refresh_from_db()
    assert planned.status == "in_progress"
