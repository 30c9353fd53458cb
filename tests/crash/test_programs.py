"""Killing beat, the web server or a worker's child in mid-broadcast; pausing a worker."""

import os
import signal
import time

from django.db import connection

from notifications.channels.outcomes import Reason
from notifications.channels.sms.twilio import OVERRIDES
from notifications.delivery.models import Delivery
from notifications.subscribers.models import Address
from tests.crash.harness import PATIENT, Stage
from tests.crash.processes import Process
from tests.product import eventually

RECIPIENTS = 120


def test_beat_is_killed_and_its_successor_finds_all_that_is_left(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    worker = stage.start("worker", TWILIO_PER_SECOND=40)
    stage.wait_until_accepted(10)
    stage.processes.kill("beat")
    worker.kill()
    stage.start("worker")
    stage.start("beat")
    stage.wait_until_finished()
    stage.assert_told_once()


def test_the_web_server_is_killed_and_the_provider_tells_its_successor(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.start("worker", TWILIO_PER_SECOND=40)
    stage.wait_until_accepted(10)
    stage.processes.kill("web")
    stage.wait_until_accepted(RECIPIENTS - 10)
    stage.start("web")
    stage.wait_until_finished()
    stage.assert_told_once()


def test_a_child_of_the_worker_is_killed_and_replaced(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    worker = stage.start("worker", TWILIO_PER_SECOND=40)
    for accepted in (10, 50, 90):
        stage.wait_until_accepted(accepted)
        os.kill(worker.children()[0], signal.SIGKILL)
    stage.wait_until_finished()
    stage.assert_told_once()
    assert not worker.ended


def test_many_workers_never_claim_the_same_delivery(stage: Stage) -> None:
    """Eight processes take three at a time; each claim moves a delivery's fence on by one."""
    stage.publish(RECIPIENTS * 3)
    for _ in range(4):
        stage.start("worker", DELIVERY_BATCH=3, **PATIENT)
    stage.wait_until_finished()
    stage.assert_told_once()
    assert set(Delivery.objects.values_list("fence", "attempts")) == {(1, 1)}
    assert Delivery.objects.values("attempt_id").distinct().count() == RECIPIENTS * 3


def pause_outside_transactions(process: Process) -> None:
    """Stop a process that locks no rows: nobody could take those over until it goes on."""
    for _attempt in range(100):
        process.signal(signal.SIGSTOP)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            if cursor.fetchone() == (0,):
                return
        process.signal(signal.SIGCONT)
        time.sleep(0.01)
    raise AssertionError("it is always within a transaction")


def test_a_worker_paused_past_its_lease_neither_writes_nor_sends(stage: Stage) -> None:
    # So long that the worker stands still well before the next messages are accepted.
    stage.simulator.switch("delay", ms=3_000)
    # More than are posted at once: the worker is paused with some of its claim unsent.
    stage.publish(RECIPIENTS * 3)
    paused = stage.start(
        "worker", DELIVERY_BATCH=300, DELIVERY_TIMEOUT_SECONDS=5.0, DELIVERY_LEASE_SECONDS=11
    )
    stage.wait_until_accepted(1)
    pause_outside_transactions(paused)
    held = Delivery.objects.filter(state="sending").count()
    assert held > stage.accepted()
    # Its successor waits for an answer for less than that.
    stage.simulator.control("DELETE", "switches")
    successor = stage.start("worker")
    stage.wait_until_finished()
    # Every claim and every lease that ran out has moved the fence on.
    taken_over = list(Delivery.objects.filter(fence__gt=1).order_by("pk").values())
    assert taken_over
    successor.kill()

    paused.signal(signal.SIGCONT)
    # It is well again when it does the next broadcast, alone.
    stage.announce()
    stage.wait_until_finished()
    now = Delivery.objects.filter(pk__in=[row["id"] for row in taken_over])
    assert list(now.order_by("pk").values()) == taken_over
    stage.assert_told_once()


def test_a_worker_that_is_asked_to_end_in_mid_broadcast_leaves_the_rest(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    worker = stage.start("worker", TWILIO_PER_SECOND=40)
    stage.wait_until_accepted(10)
    worker.ask_to_end()
    assert eventually(lambda: worker.ended, bool), "it did not end"
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()


def test_a_restart_of_the_web_server_loses_no_receipt_and_no_stop(stage: Stage) -> None:
    """Against a provider that tries again only as the addresses that we gave it ask for."""
    inbound = f"{stage.processes.url}/hooks/twilio/inbound/{OVERRIDES}"
    documented = {"connection_overrides": True, "callback_retries": 0, "callback_retry_ms": 6_000}
    with stage.configured(**documented, twilio_inbound_url=inbound):
        stage.publish(RECIPIENTS)
        stage.start("worker", TWILIO_PER_SECOND=40)
        stage.wait_until_accepted(10)
        stage.processes.kill("web")
        number = stage.simulator.messages(provider="twilio")[-1]["to"]  # it was told already
        stage.simulator.control("POST", "inbound", {"from": number, "text": "STOP"})
        stage.wait_until_accepted(RECIPIENTS - 10)
        stage.start("web")
        stage.wait_until_finished()
    stage.assert_told_once()
    [left] = Address.objects.exclude(suppressed_at=None)
    assert (stage.people[left.pk], left.suppressed_for) == (number, Reason.OPTED_OUT)
