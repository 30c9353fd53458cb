"""Programs whose clocks are wrong, by a little or by an hour: nothing is decided by them."""

import json
import urllib.request
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from statuspage.incidents.models import Incident
from statuspage.incidents.promises import promised_by
from statuspage.lib.database_clock import database_now
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.crash.harness import PATIENT, Stage
from tests.crash.test_policies import told
from tests.factories import make_component, make_staff, open_incident, text

RECIPIENTS = 80
CLOCKS = ("-1s", "+1s", "-1h", "+1h")


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_worker_whose_clock_is_wrong_tells_everybody_once(stage: Stage, clock: str) -> None:
    stage.simulator.switch("error_after", fraction=0.2, seed=4)
    stage.simulator.switch("error_before", fraction=0.1, seed=5)
    stage.simulator.switch("delay", ms=30)
    stage.simulator.switch("receipts_late", ms=3_000)  # no receipt comes before a blind repetition
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


def test_a_web_server_whose_clock_is_slow_publishes_at_the_right_time(stage: Stage) -> None:
    stage.processes.kill("web")
    stage.start("web", clock="-1h")
    component, token = make_component(), token_issue(name="monitor", staff=make_staff())
    before = open_incident(component).published_at
    said = {
        **{"name": text("到账延迟"), "body": text("正在排查。"), "impact": "minor"},
        **{"status": "investigating", "components": {component.public_id: "partial_outage"}},
    }
    stage.wait(lambda: publish_by_api(stage, token, said), "nothing could be published")
    statement = Statement.objects.get(number=2)
    assert before <= statement.published_at <= database_now()
    promised = Incident.objects.get(public_id=statement.subject_id).next_update_by
    right = promised_by("minor", statement.published_at)
    assert promised
    assert right
    assert abs(right - promised) <= timedelta(minutes=1)


def publish_by_api(stage: Stage, token: str, said: dict[str, Any]) -> bool:
    """Open an incident by the API of the stage's web server; False while it does not answer."""
    request = urllib.request.Request(
        f"{stage.processes.url}/api/v1/incidents/",
        json.dumps(said).encode(),
        {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": "of-this-test",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bool(answer.status == 201)
    except OSError:
        return False
