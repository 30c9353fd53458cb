"""A program that is killed at any instant loses nothing and doubles nothing."""

import pytest

from notifications.delivery.models import Broadcast, Delivery, Receipt
from tests.crash.harness import Stage

RECIPIENTS = 60


def finish(stage: Stage) -> None:
    """Let a new worker take over, and see that everybody was told once."""
    assert not stage.finished()
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()


@pytest.mark.parametrize("instant", ["before_claim", "after_claim", "before_result"])
def test_a_worker_killed_while_sending(stage: Stage, instant: str) -> None:
    stage.publish(RECIPIENTS)
    stage.die_at("worker", instant)
    finish(stage)


def test_a_worker_killed_while_the_provider_reads_its_messages(stage: Stage) -> None:
    # So long that the worker dies well before it is answered; the lease outlasts both.
    stage.simulator.switch("delay", ms=3_000, count=40)
    stage.publish(RECIPIENTS)
    worker = stage.start("worker", DELIVERY_TIMEOUT_SECONDS=4.0, DELIVERY_LEASE_SECONDS=9)
    stage.wait_until_struck("delay")
    worker.kill()
    assert Delivery.objects.filter(state="sending").exists()
    # Its successor waits for an answer for less than that.
    stage.simulator.control("DELETE", "switches")
    finish(stage)


def test_a_worker_killed_before_results_whose_receipts_never_come(stage: Stage) -> None:
    """Only the provider's list of messages can tell what was sent."""
    stage.silence("+86")
    stage.publish(RECIPIENTS)
    stage.die_at("worker", "before_result")
    assert stage.accepted()
    assert not Delivery.objects.filter(state="sent").exists()
    finish(stage)


@pytest.mark.parametrize("instant", ["within_chunk", "between_chunks"])
def test_a_worker_killed_while_expanding(stage: Stage, instant: str) -> None:
    stage.publish(RECIPIENTS * 4)
    stage.die_at("worker", instant)
    made = Delivery.objects.count()
    assert 0 < made < RECIPIENTS * 4
    assert Broadcast.objects.get().state == "expanding"
    finish(stage)


def test_a_worker_killed_while_applying_receipts(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.die_at("worker", "within_receipts")
    assert Receipt.objects.filter(applied_at=None).exists()
    finish(stage)


def test_a_worker_killed_while_looking_for_what_is_unknown(stage: Stage) -> None:
    stage.silence("+86")
    stage.simulator.switch("drop_after", count=20)
    stage.simulator.switch("drop_before", count=20)
    stage.publish(RECIPIENTS)
    stage.die_at("worker", "within_look_up")
    assert Delivery.objects.filter(state="unknown").exists()
    finish(stage)


@pytest.mark.parametrize(
    "instant", ["callback_verified", "callback_inserted", "callback_committed"]
)
def test_the_web_server_killed_in_the_middle_of_a_callback(stage: Stage, instant: str) -> None:
    """The provider repeats what it got no answer to."""
    stage.processes.kill("web")
    stage.publish(RECIPIENTS)
    stage.start("worker")
    stage.die_at("web", instant)
    stored = Receipt.objects.count()
    answered = len(_callbacks(stage, answered=True))
    assert stored > answered if instant == "callback_committed" else stored >= answered
    stage.start("web")
    stage.wait_until_finished()
    stage.assert_told_once()
    # The last word of a message may overtake the first, which comes again by itself.
    stage.wait(lambda: Receipt.objects.count() >= 2 * RECIPIENTS, "some receipts never came")
    assert _callbacks(stage, answered=True) & _callbacks(stage, answered=False)
    assert Receipt.objects.count() == 2 * RECIPIENTS


@pytest.mark.parametrize("instant", ["beat_starting", "beat_due", "beat_queued"])
def test_beat_killed_at_its_work(stage: Stage, instant: str) -> None:
    stage.processes.kill("beat")
    stage.publish(RECIPIENTS)
    stage.die_at("beat", instant)
    assert not stage.finished()
    stage.start("worker")
    stage.start("beat")
    stage.wait_until_finished()
    stage.assert_told_once()


def _callbacks(stage: Stage, *, answered: bool) -> set[tuple[str, str]]:
    """Which callbacks the provider has tried, by message and word, and how it went."""
    return {
        (message["sid"], attempt["says"])
        for message in stage.simulator.messages()
        for attempt in message["attempts"]
        if (attempt["http"] == 200) == answered
    }
