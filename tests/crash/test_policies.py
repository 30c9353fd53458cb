"""Providers that cannot be asked: a message may get lost, or be doubled, as the settings say."""

from collections import Counter
from typing import Final

import pytest

from notifications.delivery.models import Delivery
from notifications.delivery.resolve import NEVER
from tests.crash.harness import PATIENT, Stage

RECIPIENTS: Final = 40
# What a dying worker held: its own siblings may have seen the lease run out already.
HELD: Final = ("sending", "unknown")
# Of the messages of unknown state, so many were accepted and so many were not.
ACCEPTED, LOST = 10, 8


def told(stage: Stage, provider: str) -> Counter[str]:
    """How often the provider's ledger has each address."""
    return Counter(message["to"] for message in stage.simulator.messages(provider=provider))


def in_review(stage: Stage) -> set[str]:
    """Whose messages wait for people to judge: unknown, and never due again."""
    rows = Delivery.objects.filter(state="unknown")
    assert not rows.exclude(due_at=NEVER).exists()
    return {stage.people[row.address_id or 0] for row in rows}


def make_robots_unsure(stage: Stage) -> None:
    """Have some robots answer nothing, whether they took the message or not."""
    stage.simulator.switch("drop_after", provider="wecom", count=ACCEPTED)
    stage.simulator.switch("drop_before", provider="wecom", count=LOST)
    stage.publish(RECIPIENTS, "robot")


def test_a_robots_message_is_rather_lost_than_doubled(stage: Stage) -> None:
    make_robots_unsure(stage)
    stage.start("worker", **PATIENT)
    stage.wait_until_finished()
    times = told(stage, "wecom")
    assert set(times.values()) == {1}
    assert len(times) == RECIPIENTS - LOST
    assert len(in_review(stage)) == ACCEPTED + LOST
    # Whoever is not in review is said to be told, and was.
    assert Delivery.objects.filter(state="sent").count() == RECIPIENTS - ACCEPTED - LOST
    assert {*stage.people.values()} - {*times} <= in_review(stage)


def test_a_robots_message_is_rather_doubled_than_lost(stage: Stage) -> None:
    make_robots_unsure(stage)
    stage.start("worker", DELIVERY_PREFER_DUP=["robot"], **PATIENT)
    stage.wait_until_finished()
    times = told(stage, "wecom")
    assert {*times} == {*stage.people.values()}
    assert Counter(times.values()) == {1: RECIPIENTS - ACCEPTED, 2: ACCEPTED}
    assert not in_review(stage)
    assert Delivery.objects.filter(state="sent").count() == RECIPIENTS


def test_a_worker_killed_among_robots_leaves_what_it_held_to_people(stage: Stage) -> None:
    stage.publish(RECIPIENTS, "robot")
    stage.die_at("worker", "before_result", DELIVERY_BATCH=10)
    held = Delivery.objects.filter(state__in=HELD).count()
    assert held
    stage.start("worker", **PATIENT)
    stage.wait_until_finished()
    times = told(stage, "wecom")
    assert set(times.values()) == {1}
    assert len(in_review(stage)) == held
    assert {*stage.people.values()} - {*times} <= in_review(stage)


@pytest.mark.parametrize("preferred", [[], ["email"]], ids=["lost", "doubled"])
def test_letters_of_a_worker_killed_after_their_data(stage: Stage, preferred: list[str]) -> None:
    """It dies with three letters of its twenty, or a few more, taken, and no result written."""
    stage.publish(RECIPIENTS, "email")
    stage.die_at("worker", "after_data", DELIVERY_BATCH=20)
    taken = {*told(stage, "mail")}
    assert len(taken) >= 3
    unfinished = Delivery.objects.filter(state__in=HELD)
    held = {stage.people[row.address_id or 0] for row in unfinished}
    assert len(held) >= 20
    stage.start("worker", DELIVERY_PREFER_DUP=preferred, **PATIENT)
    stage.wait_until_finished()
    times = told(stage, "mail")
    doubled = {address for address, count in times.items() if count == 2}
    assert max(times.values()) <= 2
    if preferred:
        assert taken <= doubled <= held
        assert {*times} == {*stage.people.values()}
        assert not in_review(stage)
    else:
        assert not doubled
        assert in_review(stage) == held
        assert {*stage.people.values()} - {*times} <= held


def test_wechat_recognises_what_is_repeated(stage: Stage) -> None:
    """Repeating under the same client_msg_id is the way to find out."""
    stage.publish(RECIPIENTS, "wechat")
    people = [{"openid": openid, "event": False} for openid in stage.people.values()]
    stage.simulator.control("POST", "wechat/followers", {"followers": people})
    stage.simulator.switch("drop_after", provider="wechat", count=ACCEPTED)
    stage.simulator.switch("drop_before", provider="wechat", count=LOST)
    stage.die_at("worker", "before_result", DELIVERY_BATCH=20)
    stage.start("worker")
    stage.wait_until_finished()
    assert told(stage, "wechat") == Counter(stage.people.values())
    assert Delivery.objects.filter(state="sent").count() == RECIPIENTS
