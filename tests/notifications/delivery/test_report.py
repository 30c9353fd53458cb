"""The monthly report of how prompt messages were."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.report import report_publish
from statuspage.statements.models import Statement
from tests.factories import open_incident
from tests.notifications.delivery.rows import SMS

pytestmark = pytest.mark.django_db(transaction=True)
FEBRUARY = datetime(2025, 2, 20, 10, 42, tzinfo=timezone.get_default_timezone())
MARCH = datetime(2025, 3, 2, 9, 0, tzinfo=timezone.get_default_timezone())


def message(seconds: int | None, channel: str = SMS, at: datetime = FEBRUARY) -> None:
    """One that a provider took so many seconds after the page; None: it never did."""
    statement = Statement.objects.first() or open_incident()
    ensure_partition(at)
    Delivery.objects.create(
        statement=statement,
        published_at=at,
        channel=channel,
        language="zh-hans",
        state="sent",
        due_at=at,
        created_at=at,
        updated_at=at,
        sent_at=at + timedelta(seconds=seconds) if seconds is not None else None,
    )


def test_the_report_counts_what_providers_took_and_how_soon() -> None:
    for seconds, channel in ((1, SMS), (60, SMS), (61, "email"), (300, SMS), (301, SMS)):
        message(seconds, channel)
    message(None)
    message(1, at=FEBRUARY + timedelta(days=9))  # the first of March
    report = report_publish(MARCH)
    assert report is not None
    assert report.content["payload"] == {
        "month": "2025-02",
        "messages": 5,
        "within_1_minute": 2,
        "within_5_minutes": 4,
        "sms": 4,
        "sms_within_5_minutes": 3,
    }
    assert "2025-02" in report.content["name"]["zh-hans"]


def test_the_report_is_published_once_and_sent_to_nobody() -> None:
    message(1)
    report = report_publish(MARCH)
    assert report is not None
    assert Broadcast.objects.get(pk=report.number).channels == []
    assert report_publish(MARCH) is None
    assert report_publish(MARCH + timedelta(days=20)) is None


@pytest.mark.parametrize(
    "now", [MARCH - timedelta(days=1), MARCH + timedelta(days=60), FEBRUARY - timedelta(days=3)]
)
def test_there_is_no_report_too_early_nor_of_a_month_without_messages(now: datetime) -> None:
    message(1)
    assert report_publish(now) is None


def test_two_workers_publish_the_report_once() -> None:
    message(1)
    barrier = threading.Barrier(2)

    def publish() -> None:
        barrier.wait()
        report_publish(MARCH)
        connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Statement.objects.filter(kind="notice.delivery_report").count() == 1
