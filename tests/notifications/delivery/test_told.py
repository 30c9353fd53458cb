"""Who was told of a statement, as its public page says it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from notifications.delivery.broadcasts import count_told, told_of
from notifications.delivery.partitions import ensure_partition
from statuspage.lib.render_cache import sharing
from statuspage.statements.models import Statement
from tests.factories import open_incident
from tests.notifications.delivery.rows import deliver, finished, statement

pytestmark = pytest.mark.django_db


def page(client: Client, said: Statement) -> str:
    """Return the incident's page."""
    return client.get(f"/en/incidents/{said.subject_id}/").content.decode()


def test_the_page_counts_by_channel_whom_a_statement_reached(client: Client) -> None:
    said = statement()
    sent = (("sms", "sent"), ("sms", "delivered"), ("wechat", "sent"))
    for channel, state in sent:
        deliver(said, state, channel=channel)
    assert "Sent to" not in page(client, said).partition('class="timeline"')[2]
    count_told()
    html = page(client, said)
    assert "Sent to: 2 by SMS, 1 by WeChat" in html
    chinese = client.get(f"/incidents/{said.subject_id}/").content.decode()
    assert "已发送：短信 2 条、微信 1 条" in chinese


def test_pages_rendered_together_say_it_each_in_its_own_language(client: Client) -> None:
    said = statement()
    deliver(said, "sent", channel="wechat")
    count_told()
    with sharing(timezone.now()):
        assert "微信 1 条" in client.get(f"/incidents/{said.subject_id}/").content.decode()
        assert "Sent to: 1 by WeChat" in page(client, said)


@pytest.mark.parametrize(
    "state", ["pending", "sending", "failed", "undelivered", "unknown", "suppressed"]
)
def test_whom_it_did_not_certainly_reach_is_not_counted(state: str) -> None:
    said = statement()
    deliver(said, state)
    count_told()
    assert told_of([said.number]) == {}


def test_counts_follow_while_receipts_come_in() -> None:
    said = statement()
    deliver(said, "sent")
    count_told()
    deliver(said, "delivered")
    count_told()
    with override("en"):
        [way] = told_of([said.number])[said.number]
    assert way.startswith("2 by ")


def test_what_is_finished_and_a_day_old_is_counted_once_and_left_alone() -> None:
    said = open_incident(published_at=timezone.now() - timedelta(days=2))
    ensure_partition(said.published_at)
    deliver(said, "sent")
    finished(said)
    assert count_told() == 1
    assert count_told() == 0
    assert told_of([said.number])


def test_statements_are_told_apart_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    said = [statement() for _time in range(3)]
    for number, one in enumerate(said, 1):
        for _time in range(number):
            deliver(one, "sent", channel="webhook")
    count_told()
    with django_assert_num_queries(1), override("en"):
        found = told_of([one.number for one in said])
    assert [found[one.number] for one in said] == [[f"{count} by webhook"] for count in (1, 2, 3)]
