"""WeChat while processes die: nobody is told twice, and no consent is lost or used twice."""

from collections import Counter
from typing import Any, Final

import pytest

from notifications.channels.outcomes import ConsentChange
from notifications.delivery.models import Delivery
from notifications.subscribers.models import MessageConsent
from notifications.subscribers.services.message_consents import consents_change
from tests.crash.harness import PATIENT, Stage
from tests.crash.test_policies import told

RECIPIENTS: Final = 40
TEMPLATE: Final = "template-of-notices"
NOTICES: Final[dict[str, Any]] = {"WECHAT_PROVIDERS": ["wechat_notice"]}


def follow(stage: Stage) -> None:
    people = [{"openid": openid, "event": False} for openid in stage.people.values()]
    stage.simulator.control("POST", "wechat/followers", {"followers": people})


def agree(stage: Stage, times: int) -> None:
    """Everybody agrees so often; the account and we both know it."""
    for number in range(times):
        for openid in stage.people.values():
            body = {"openid": openid, "templates": {TEMPLATE: "accept"}, "event": False}
            stage.simulator.control("POST", "wechat/consents", body)
        consents_change(
            "wechat",
            [
                ConsentChange(one, TEMPLATE, accepted=True, name=f"{one}:{number}")
                for one in stage.people.values()
            ],
        )


def left_there(stage: Stage) -> int:
    return sum(stage.simulator.control("GET", "wechat/consents").values())


def left_here() -> int:
    """Consents that may be used, or are held by a message whose end nobody knows."""
    return MessageConsent.objects.filter(ended_at=None).count()


@pytest.mark.parametrize("fault", ["receipts_doubled", "receipts_out_of_order"])
def test_receipts_told_twice_or_out_of_order_change_nothing(stage: Stage, fault: str) -> None:
    stage.invite(RECIPIENTS, "wechat")
    follow(stage)
    stage.simulator.switch(fault, provider="wechat")
    stage.announce()
    stage.die_at("worker", "before_result", DELIVERY_BATCH=20)
    stage.start("worker", **PATIENT)
    stage.wait_until_finished()
    assert told(stage, "wechat") == Counter(stage.people.values())


def test_notices_of_a_killed_worker_use_each_consent_once(stage: Stage) -> None:
    stage.invite(RECIPIENTS, "wechat")
    agree(stage, times=2)
    stage.announce()
    stage.die_at("worker", "before_result", DELIVERY_BATCH=20, **NOTICES)
    stage.start("worker", **PATIENT, **NOTICES)
    stage.wait_until_finished()
    times = told(stage, "wechat")
    assert set(times.values()) == {1}
    unknown = Delivery.objects.filter(state="unknown")
    # Whose end nobody knows holds its consent: neither anybody else's nor used up.
    held = MessageConsent.objects.filter(ended_at=None, delivery_id__isnull=False)
    assert {*held.values_list("delivery_id", flat=True)} == {one.pk for one in unknown}
    assert Delivery.objects.filter(state="sent").count() + unknown.count() == RECIPIENTS
    accepted_of_unknown = sum(times.values()) - Delivery.objects.filter(state="sent").count()
    assert left_here() - left_there(stage) == accepted_of_unknown


def test_notices_that_were_refused_for_a_while_use_no_consent(stage: Stage) -> None:
    stage.invite(RECIPIENTS, "wechat")
    agree(stage, times=1)
    stage.simulator.switch("refuse", provider="wechat", code=48001, count=RECIPIENTS)
    stage.announce()
    stage.start("worker", **PATIENT, **NOTICES)
    stage.start("worker", **PATIENT, **NOTICES)
    stage.wait_until_accepted(RECIPIENTS)
    stage.wait_until_finished()
    assert told(stage, "wechat") == Counter(stage.people.values())
    assert (left_here(), left_there(stage)) == (0, 0)
