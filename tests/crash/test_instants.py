"""A worker that is killed at any instant loses nothing and doubles nothing."""

import pytest

from notifications.delivery.models import Broadcast, Delivery, Receipt
from tests.crash.harness import Stage

RECIPIENTS = 120


def finish(stage: Stage) -> None:
    """Let a new worker take over, and see that everybody was told once."""
    assert not stage.finished()
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()


@pytest.mark.parametrize("instant", ["before_claim", "after_claim", "before_result"])
def test_a_worker_killed_while_sending(stage: Stage, instant: str) -> None:
    stage.publish(RECIPIENTS)
    stage.die_at(instant)
    finish(stage)


def test_a_worker_killed_while_the_provider_reads_its_messages(stage: Stage) -> None:
    stage.simulator.switch("delay", ms=900, count=40)
    stage.publish(RECIPIENTS)
    worker = stage.start("worker")
    stage.wait_until_struck("delay")
    worker.kill()
    assert Delivery.objects.filter(state="sending").exists()
    finish(stage)


def test_a_worker_killed_before_results_whose_receipts_never_come(stage: Stage) -> None:
    """Only the provider's list of messages can tell what was sent."""
    stage.simulator.switch("receipts_never")
    stage.publish(RECIPIENTS)
    stage.die_at("before_result")
    stage.start("worker")
    stage.wait_until_finished(receipts=False)
    stage.assert_told_once(state="sent")


@pytest.mark.parametrize("instant", ["within_chunk", "between_chunks"])
def test_a_worker_killed_while_expanding(stage: Stage, instant: str) -> None:
    stage.publish(RECIPIENTS)
    stage.die_at(instant)
    made = Delivery.objects.count()
    assert 0 < made < RECIPIENTS
    assert Broadcast.objects.get().state == "expanding"
    finish(stage)


def test_a_worker_killed_while_applying_receipts(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.die_at("within_receipts")
    assert Receipt.objects.filter(applied_at=None).exists()
    finish(stage)


def test_a_worker_killed_while_looking_for_what_is_unknown(stage: Stage) -> None:
    stage.simulator.switch("receipts_never")
    stage.simulator.switch("drop_after", count=20)
    stage.simulator.switch("drop_before", count=20)
    stage.publish(RECIPIENTS)
    stage.die_at("within_look_up")
    assert Delivery.objects.filter(state="unknown").exists()
    stage.start("worker")
    stage.wait_until_finished(receipts=False)
    stage.assert_told_once(state="sent")
