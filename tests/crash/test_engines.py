"""The engines stop, start again and forget in mid-broadcast."""

from notifications.delivery.models import Delivery
from tests.crash.harness import Stage

RECIPIENTS = 120
SLOWLY = {"TWILIO_PER_SECOND": 40}


def test_every_queued_task_is_lost(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    for accepted in (1, 30, 60, 90):
        stage.wait_until_accepted(accepted)
        stage.engines.flush_redis()
    stage.wait_until_finished()
    stage.assert_told_once()


def test_redis_is_stopped_and_started_again(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    stage.wait_until_accepted(20)
    stage.engines.kill_redis()
    stage.wait(lambda: not Delivery.objects.filter(state="sending").exists(), "it did not pause")
    stage.engines.start_redis()
    stage.wait_until_finished()
    stage.assert_told_once()
    # Its callbacks need no broker: all were taken at once.
    answers = [one["http"] for row in stage.simulator.messages() for one in row["attempts"]]
    assert set(answers) == {200}


def test_redis_takes_no_writes_for_a_while(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    worker = stage.start("worker", **SLOWLY)
    stage.wait_until_accepted(20)
    with stage.engines.redis_refusing():
        stage.wait(lambda: "ReadOnlyError" in stage.processes.logs(), "it was not refused")
        stage.wait(lambda: not Delivery.objects.filter(state="sending").exists(), "it did not stop")
    stage.wait_until_finished()
    stage.assert_told_once()
    assert not worker.ended


def test_postgresql_is_stopped_and_started_again(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    stage.start("worker", **SLOWLY)
    stage.wait_until_accepted(20)
    stage.engines.kill_postgres()
    stage.engines.start_postgres()
    stage.reconnect()
    stage.wait_until_finished()
    stage.assert_told_once()


def test_postgresql_goes_before_results_can_be_written(stage: Stage) -> None:
    stage.simulator.switch("delay", ms=600, count=40)
    stage.publish(RECIPIENTS)
    # Long enough for the results to be kept until it is back.
    stage.start("worker", DELIVERY_LEASE_SECONDS=8)
    stage.wait_until_struck("delay")
    stage.engines.kill_postgres()
    stage.wait_until_accepted(1)
    stage.engines.start_postgres()
    stage.reconnect()
    stage.wait_until_finished()
    stage.assert_told_once()
