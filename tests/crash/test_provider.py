"""A provider at its worst: busy, broken, silent, and with receipts in any number and order."""

from typing import Any

import pytest

from notifications.delivery.models import Delivery
from tests.crash.harness import PATIENT, Stage

RECIPIENTS = 120
SOME = {"count": 30}
SILENT = {"count": 20, "ms": 1200}


@pytest.mark.parametrize(
    "faults",
    [
        {"rate_limited": SOME},
        {"error_before": SOME, "error_after": SOME},
        {"drop_before": SOME, "drop_after": SOME},
        {"timeout_before": SILENT, "timeout_after": SILENT},
    ],
    ids=lambda faults: "+".join(faults),
)
def test_whatever_it_answers_everybody_is_told_once(
    stage: Stage, faults: dict[str, dict[str, Any]]
) -> None:
    for fault, options in faults.items():
        stage.simulator.switch(fault, **options)
    stage.publish(RECIPIENTS)
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()
    for fault in faults:
        stage.wait_until_struck(fault)


def test_what_was_accepted_without_an_answer_or_a_receipt_is_looked_for(stage: Stage) -> None:
    stage.silence("+86")
    stage.simulator.switch("drop_after", count=60)
    stage.publish(RECIPIENTS)
    stage.start("worker", **PATIENT)
    stage.wait_until_finished()
    stage.assert_told_once()
    assert not Delivery.objects.exclude(attempts=1).exists()


def test_receipts_come_late_twice_and_out_of_order(stage: Stage) -> None:
    stage.simulator.switch("receipts_late", ms=700, fraction=0.3, seed=1)
    stage.simulator.switch("receipts_doubled")
    stage.simulator.switch("receipts_out_of_order", fraction=0.5, seed=2)
    stage.publish(RECIPIENTS)
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()
    # Nothing that comes after the last word takes it back.
    stage.wait(lambda: _callbacks(stage) == 4 * RECIPIENTS, "some callbacks never came")
    stage.wait_until_finished()
    stage.assert_told_once()


def test_receipts_overtake_answers_that_are_late_or_lost(stage: Stage) -> None:
    stage.simulator.switch("error_after", count=30)
    stage.simulator.switch("timeout_after", count=30, ms=1200)
    stage.publish(RECIPIENTS)
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once()


def test_what_ends_badly_at_the_provider_ends_badly_here(stage: Stage) -> None:
    stage.simulator.switch("outcome", status="undelivered", code=30003, count=20)
    stage.simulator.switch("refuse", code=21617, to="+8613900000000")
    stage.publish(RECIPIENTS)
    stage.start("worker")
    stage.wait_until_finished()
    stage.assert_told_once(refused={"+8613900000000": "21617"})
    assert Delivery.objects.filter(state="undelivered", code="30003").count() == 20


def _callbacks(stage: Stage) -> int:
    return int(stage.simulator.control("GET", "counts")["callbacks"]["taken"])
