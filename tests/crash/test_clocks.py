"""Programs whose clocks are wrong, by a little or by an hour: nothing is decided by them."""

from collections import Counter

import pytest

from tests.crash.harness import PATIENT, Stage
from tests.crash.test_policies import told

RECIPIENTS = 80
CLOCKS = ("-1s", "+1s", "-1h", "+1h")


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_worker_whose_clock_is_wrong_tells_everybody_once(stage: Stage, clock: str) -> None:
    stage.simulator.switch("error_after", fraction=0.2, seed=4)
    stage.simulator.switch("error_before", fraction=0.1, seed=5)
    stage.simulator.switch("delay", ms=30)
    stage.publish(RECIPIENTS)
    stage.start("worker", clock=clock, **PATIENT)
    stage.wait_until_accepted(1)
    stage.start("worker", **PATIENT)
    stage.wait_until_finished()
    stage.assert_told_once()


@pytest.mark.parametrize("clock", ["-1h", "+1h"])
def test_a_receiver_that_recognises_repetitions_is_told_once_by_any_clock(
    stage: Stage, clock: str
) -> None:
    stage.publish(20, "wechat")
    people = [{"openid": openid, "event": False} for openid in stage.people.values()]
    stage.simulator.control("POST", "wechat/followers", {"followers": people})
    stage.simulator.switch("drop_after", provider="wechat", count=8)
    stage.start("worker", clock=clock, **PATIENT)
    stage.wait_until_finished()
    assert told(stage, "wechat") == Counter(stage.people.values())


@pytest.mark.parametrize("clock", CLOCKS)
def test_beat_whose_clock_is_wrong_makes_up_for_a_lost_hint(stage: Stage, clock: str) -> None:
    stage.processes.kill("beat")
    stage.start("beat", clock=clock)
    stage.start("worker")
    stage.publish(20)
    stage.wait_until_finished()
    stage.assert_told_once()
