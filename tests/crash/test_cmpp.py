"""CMPP: a gateway that cannot be asked, whose reports come over connections of ours."""

import random
import time
from collections import Counter
from typing import Any, Final

import pytest

from notifications.delivery.models import Delivery, MessagePart, Receipt
from notifications.delivery.resolve import NEVER
from tests.crash.harness import Stage

RECIPIENTS: Final = 60
# Long enough for a report to say that a message went out whose answer was lost.
REPORTS_FIRST: Final = {"DELIVERY_RESOLVE_AFTER_SECONDS": 20}
# A message that no report tells of was never taken: the settings have it sent again.
SENT_AGAIN: Final = {**REPORTS_FIRST, "DELIVERY_PREFER_DUP": ["sms"]}
LONG: Final = {
    "zh-hans": "部分小微商户的T+1到账延迟，资金安全，正在排查。" * 6,
    "en": "Payouts to some micro merchants are late. All funds are safe. " * 6,
}


def settings_of(stage: Stage) -> dict[str, Any]:
    return {
        "CMPP_HOST": "127.0.0.1",
        "CMPP_PORT": stage.simulator.cmpp_port,
        "CMPP_SOURCE_ADDR": stage.simulator.cmpp_source_addr,
        "CMPP_SHARED_SECRET": stage.simulator.cmpp_shared_secret,
        "CMPP_SRC_ID": "10690001",
        "CMPP_CONNECTIONS": 2,
        "CMPP_PER_SECOND": 2000,
        "SMS_PROVIDERS": ["cmpp"],
    }


@pytest.fixture(autouse=True)
def gateway(stage: Stage) -> None:
    """One that sends again soon what was not answered."""
    stage.simulator.control("PUT", "config", {"cmpp_resend_ms": 500})


def work(stage: Stage, **more: Any):
    return stage.start("worker", **settings_of(stage), **{**SENT_AGAIN, **more})


def told(stage: Stage) -> Counter[str]:
    """How often each number has had the whole message."""
    return Counter(one["to"] for one in stage.simulator.messages(provider="cmpp"))


def assert_told_once(stage: Stage) -> None:
    assert told(stage) == Counter(stage.people.values())
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"delivered": RECIPIENTS}


def end(stage: Stage) -> None:
    stage.wait_until_finished()
    assert_told_once(stage)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_everybody_is_told_once_and_reported(stage: Stage, version: str) -> None:
    stage.publish(RECIPIENTS)
    work(stage, CMPP_VERSION=version)
    end(stage)
    assert not Delivery.objects.exclude(attempts=1).exists()


def test_accepted_and_not_told(stage: Stage) -> None:
    """What breaks with the connection was taken, or was not: the reports tell which."""
    stage.simulator.switch("drop_after", provider="cmpp", fraction=0.2, seed=1, count=8)
    stage.simulator.switch("drop_before", provider="cmpp", fraction=0.1, seed=2, count=4)
    stage.publish(RECIPIENTS)
    work(stage)
    stage.wait_until_struck("drop_after")
    end(stage)


def test_no_answer_at_all(stage: Stage) -> None:
    stage.simulator.switch("timeout_after", provider="cmpp", fraction=0.3, seed=3, count=10)
    stage.simulator.switch("timeout_before", provider="cmpp", fraction=0.3, seed=4, count=10)
    stage.publish(RECIPIENTS)
    work(stage)
    stage.wait_until_struck("timeout_after")
    end(stage)


def test_flow_control_and_slow_answers(stage: Stage) -> None:
    stage.simulator.switch("rate_limited", provider="cmpp", fraction=0.3, seed=5, count=30)
    stage.simulator.switch("answer_late", provider="cmpp", fraction=0.3, seed=6, ms=300)
    stage.publish(RECIPIENTS)
    work(stage)
    end(stage)


def test_reports_come_late_twice_and_before_the_answer(stage: Stage) -> None:
    stage.simulator.switch("receipts_doubled", provider="cmpp")
    stage.simulator.switch("receipts_late", provider="cmpp", fraction=0.3, seed=7, ms=700)
    stage.simulator.switch("answer_late", provider="cmpp", fraction=0.5, seed=8, ms=400)
    stage.publish(RECIPIENTS)
    work(stage)
    end(stage)
    # Nothing that comes after the last word takes it back.
    stage.wait(lambda: not Receipt.objects.filter(applied_at=None).exists(), "not applied")
    assert_told_once(stage)


def test_parts_are_reported_each_out_of_order_and_twice(stage: Stage) -> None:
    stage.simulator.switch("receipts_out_of_order", provider="cmpp")
    stage.simulator.switch("receipts_doubled", provider="cmpp")
    stage.invite(RECIPIENTS)
    stage.announce(body=LONG)
    work(stage)
    end(stage)
    assert MessagePart.objects.count() >= 2 * RECIPIENTS
    assert {*MessagePart.objects.values_list("state", flat=True)} == {"delivered"}


def test_one_part_that_fails_is_a_message_that_fails(stage: Stage) -> None:
    stage.simulator.switch("outcome", provider="cmpp", status="undelivered", count=9)
    stage.invite(RECIPIENTS)
    stage.announce(body=LONG)
    work(stage)
    stage.wait_until_finished()
    failed = Delivery.objects.filter(state="undelivered", code="UNDELIV")
    assert failed.count() == 9
    assert Delivery.objects.filter(state="delivered").count() == RECIPIENTS - 9


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("body", [None, LONG], ids=["one part", "parts"])
def test_killed_at_random_instants(stage: Stage, body: Any, seed: int) -> None:
    """It loses nobody and tells nobody twice, be it at the first byte or in the middle."""
    instants = random.Random(seed)  # noqa: S311 - it must repeat
    stage.simulator.switch("delay", provider="cmpp", ms=30)
    stage.invite(RECIPIENTS)
    stage.announce(**({"body": body} if body else {}))
    for _ in range(3):
        worker = work(stage)
        before = stage.accepted()
        stage.wait(
            lambda before=before: stage.accepted() > before or stage.finished(), "nothing is sent"
        )
        time.sleep(instants.uniform(0.0, 0.3))
        worker.kill()
    work(stage)
    end(stage)


def test_reports_wait_for_the_next_worker(stage: Stage) -> None:
    """A worker that is killed before it has stored them loses none."""
    stage.simulator.switch("receipts_late", provider="cmpp", ms=1500)
    stage.publish(RECIPIENTS)
    worker = work(stage)
    stage.wait_until_accepted(RECIPIENTS)
    stage.wait(lambda: Delivery.objects.filter(state="sent").count() == RECIPIENTS, "not sent")
    worker.kill()
    time.sleep(2.5)
    assert not Delivery.objects.filter(state="delivered").exists()
    work(stage)
    end(stage)


def test_a_text_is_heard_when_nothing_is_sent(stage: Stage) -> None:
    stage.publish(RECIPIENTS)
    worker = work(stage)
    end(stage)
    worker.kill()
    number = next(iter(stage.people.values()))
    stage.simulator.control("POST", "inbound", {"from": number, "text": "退订"})
    work(stage)
    from notifications.subscribers.models import Address

    stopped = Address.objects.exclude(suppressed_at=None)
    stage.wait(lambda: stopped.exists(), "nobody heard it")
    assert [stage.people[one.pk] for one in stopped] == [number]


def test_what_may_have_gone_out_is_left_to_staff_unless_the_settings_say_otherwise(
    stage: Stage,
) -> None:
    stage.simulator.switch("timeout_before", provider="cmpp", count=7)
    stage.publish(RECIPIENTS)
    work(stage, DELIVERY_PREFER_DUP=[], DELIVERY_RESOLVE_AFTER_SECONDS=1)
    stage.wait(stage.finished, "the broadcast did not finish")
    rest = Delivery.objects.filter(state="delivered")
    stage.wait(lambda: rest.count() == RECIPIENTS - 7, "receipts are missing")
    assert set(told(stage).values()) == {1}
    unknown = Delivery.objects.filter(state="unknown", due_at=NEVER)
    assert unknown.count() == 7
    missing = {*stage.people.values()} - {*told(stage)}
    assert {stage.people[one.address_id or 0] for one in unknown} == missing
