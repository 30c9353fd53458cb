"""Following a broadcast, from the first address to the last receipt."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.states import DeliveryState
from statuspage.console.broadcasts import DeliveryCounts, Progress
from statuspage.statements.models import Statement
from tests.factories import make_address, open_incident
from tests.statuspage.console.browser import words


@pytest.fixture
def statement(db: None) -> Statement:
    """Return a statement whose broadcast has not been expanded by any worker."""
    found = open_incident()
    ensure_partition(found.published_at)
    return found


def deliver(statement: Statement, state: str, channel: str = "sms", **values: Any) -> Delivery:
    now = timezone.now()
    values.setdefault("address", make_address(channel="sms"))
    return Delivery.objects.create(
        statement=statement,
        published_at=statement.published_at,
        channel=channel,
        language="zh-hans",
        state=state,
        due_at=now,
        created_at=now,
        updated_at=now,
        **values,
    )


def finish(statement: Statement, ago: timedelta = timedelta()) -> None:
    Broadcast.objects.filter(pk=statement.number).update(
        state=BroadcastState.FINISHED, finished_at=timezone.now() - ago
    )


def progress_of(statement: Statement) -> Progress:
    cache.clear()  # counted within the last second
    return Progress.shared(Broadcast.objects.get(pk=statement.number))


def path_of(statement: Statement) -> str:
    return f"/console/broadcasts/{statement.number}/"


def rows(page: str) -> int:
    """How many deliveries a page lists."""
    return page.split('class="table deliveries"')[1].split("</table>")[0].count("138****")


def test_every_state_is_counted_and_named(author: Client, statement: Statement) -> None:
    for state in DeliveryState.values:
        deliver(statement, state)
    page = words(author.get(path_of(statement)))
    counts = page.split('class="counts"')[1].split("</dl>")[0]
    for state in DeliveryState.values:
        assert f"badge-{state}" in counts
    assert counts.count("<dd>1</dd>") == len(DeliveryState.values)


def test_done_are_those_that_need_nothing_more(statement: Statement) -> None:
    for state in ("pending", "sending", "unknown", "sent", "delivered", "failed", "suppressed"):
        deliver(statement, state)
    progress = progress_of(statement)
    assert (progress.done, progress.total) == (4, 7)


def test_the_bar_has_a_value_a_maximum_and_a_name(author: Client, statement: Statement) -> None:
    deliver(statement, "delivered")
    deliver(statement, "pending")
    page = words(author.get(path_of(statement)))
    assert '<progress max="2" value="1" aria-labelledby="progress-title">' in page


def test_the_bar_shows_what_failed_and_so_do_words(author: Client, statement: Statement) -> None:
    for state in ("delivered", "delivered", "failed", "undelivered", "pending"):
        deliver(statement, state)
    for page in (words(author.get(path_of(statement))), words(author.get("/console/"))):
        assert '<rect x="400" width="400" height="1"/>' in page
        link = f'href="/console/dead-letters/?statement={statement.number}">2 failed</a>'
        assert link in page


def test_a_bar_without_failures_shows_none(author: Client, statement: Statement) -> None:
    deliver(statement, "delivered")
    page = words(author.get(path_of(statement)))
    assert 'class="bar"' in page
    assert 'height="1"/>' not in page
    assert "failed</a>" not in page


def test_a_single_failure_of_a_thousand_can_be_seen(statement: Statement) -> None:
    count = DeliveryCounts({"sms": dict.fromkeys(DeliveryState.values, 0)})
    count.by_channel["sms"].update(delivered=999, failed=1)
    assert Progress(Broadcast.objects.get(), count).failed_part == (985, 15)


def test_channels_are_counted_each_on_its_own(author: Client, statement: Statement) -> None:
    deliver(statement, "delivered")
    deliver(statement, "delivered")
    deliver(statement, "failed", channel="email")
    rows = {channel: (total, counts) for channel, total, counts in progress_of(statement).rows}
    delivered = DeliveryState.values.index("delivered")
    assert rows["sms"][0] == 2
    assert rows["sms"][1][delivered] == 2
    assert rows["email"][1][delivered] == 0


def test_a_moving_broadcast_asks_again_and_a_finished_one_stops(
    author: Client, statement: Statement
) -> None:
    deliver(statement, "delivered")
    path = f"{path_of(statement)}progress/"
    moving = words(author.get(path))
    assert 'hx-trigger="every 2s"' in moving
    assert f'hx-get="{path}"' in moving
    finish(statement)
    assert "hx-get" not in words(author.get(path))


def test_without_javascript_there_is_a_button_to_look_again_while_it_moves(
    author: Client, statement: Statement
) -> None:
    refresh = f'<noscript><p><a class="button" href="{path_of(statement)}"'
    assert refresh in words(author.get(path_of(statement)))
    finish(statement)
    assert refresh not in words(author.get(path_of(statement)))


def test_a_broadcast_waits_for_receipts_of_channels_that_send_them(statement: Statement) -> None:
    delivery = deliver(statement, "sent")
    finish(statement)
    assert progress_of(statement).moving
    Delivery.objects.filter(pk=delivery.pk).update(state="delivered")
    assert not progress_of(statement).moving


def test_receipts_that_never_come_are_not_waited_for_for_ever(statement: Statement) -> None:
    deliver(statement, "sent")
    finish(statement, ago=timedelta(minutes=61))
    assert not progress_of(statement).moving


def test_how_many_wait_for_the_morning_is_said(author: Client, statement: Statement) -> None:
    deliver(statement, "pending")
    for address in (make_address(), make_address()):
        later = deliver(statement, "pending", address=address)
        Delivery.objects.filter(pk=later.pk).update(due_at=datetime(2099, 1, 2, 0, 0, tzinfo=UTC))
    page = words(author.get(path_of(statement)))
    assert "2 messages wait until 01-02 08:00 or later" in page


def test_time_left_is_that_of_what_is_due(statement: Statement) -> None:
    moving = Broadcast(statement=statement, state=BroadcastState.SENDING)
    counts = {"sms": dict.fromkeys(DeliveryState.values, 0) | {"pending": 700}}
    tried = ((0.0, 0), (10.0, 10))
    assert Progress(moving, DeliveryCounts(counts, tried=tried)).minutes_left == 12
    assert Progress(moving, DeliveryCounts(counts, held=640, tried=tried)).minutes_left == 1
    assert Progress(moving, DeliveryCounts(counts, held=700, tried=tried)).minutes_left is None


def test_addresses_are_masked(author: Client, statement: Statement) -> None:
    deliver(statement, "delivered", address=make_address("+8613812341234"))
    page = words(author.get(path_of(statement)))
    assert "138****1234" in page
    assert "13812341234" not in page


def test_an_erased_address_leaves_its_delivery(author: Client, statement: Statement) -> None:
    deliver(statement, "delivered", address=None)
    assert "erased" in words(author.get(path_of(statement)))


def test_why_a_delivery_failed_is_said_in_words(
    author: Client, chinese: Client, statement: Statement
) -> None:
    deliver(statement, "failed", reason="bad_address", code="21211")
    assert "Invalid address 21211" in words(author.get(path_of(statement)))
    assert "21211" in words(chinese.get(path_of(statement)))


def test_deliveries_can_be_filtered_by_state(author: Client, statement: Statement) -> None:
    deliver(statement, "failed", address=make_address("+8613800001111"))
    deliver(statement, "delivered", address=make_address("+8613800002222"))
    page = words(author.get(f"{path_of(statement)}?state=failed"))
    assert "138****1111" in page
    assert "138****2222" not in page
    everything = words(author.get(f"{path_of(statement)}?state=nonsense"))
    assert "138****1111" in everything
    assert "138****2222" in everything


def test_deliveries_are_paged_and_the_filter_stays(author: Client, statement: Statement) -> None:
    for _one in range(51):
        deliver(statement, "failed")
    page = words(author.get(f"{path_of(statement)}?state=failed"))
    assert rows(page) == 50
    following = re.search(r'href="(\?state=failed&after=[^"]+)"', page)
    assert rows(words(author.get(f"{path_of(statement)}{following[1]}"))) == 1


def test_a_broadcast_still_finding_recipients_shows_nought(
    author: Client, chinese: Client, statement: Statement
) -> None:
    page = words(author.get(path_of(statement)))
    assert "Finding recipients" in page
    assert '<progress max="1" value="0"' in page
    assert chinese.get(path_of(statement)).status_code == 200
