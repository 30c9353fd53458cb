"""Finding a message whose answer was lost, among others that look like it."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import requests
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.channels import providers
from notifications.channels.base import Message
from notifications.channels.outcomes import Accepted, LookupResult
from notifications.channels.sms.twilio import LOOK_UP_LIMIT
from tests.notifications.channels.builders import PUBLISHED, message, send
from tests.simulator import Simulator

PHONE = "+8613800138000"
OTHER = "+8613900139000"
TEXT = "【演示支付】到账延迟。（第12号）"
SMS = find_provider("twilio")


def look_up(sent: Message, since: datetime | None = None) -> Accepted | LookupResult:
    since = since or timezone.now() - timedelta(minutes=5)
    return asyncio.run(SMS.look_up(sent, since))


def sid_of(sent: Message) -> str:
    [outcome] = send(SMS, sent)
    assert isinstance(outcome, Accepted)
    return outcome.provider_id


def test_of_several_candidates_one_is_named(simulator: Simulator) -> None:
    sids = [sid_of(message(PHONE, TEXT)) for _ in range(3)]
    found = look_up(message(PHONE, TEXT))
    assert isinstance(found, Accepted)
    assert found.provider_id in sids


def test_of_several_candidates_the_newest_is_named(simulator: Simulator) -> None:
    sids = [sid_of(message(PHONE, TEXT)) for _ in range(3)]
    assert look_up(message(PHONE, TEXT)) == Accepted(sids[-1])


def test_a_message_is_found_between_others(simulator: Simulator) -> None:
    sid_of(message(PHONE, f"{TEXT}之前"))
    ours = sid_of(message(PHONE, TEXT))
    sid_of(message(PHONE, f"{TEXT}之后"))
    sid_of(message(OTHER, TEXT))
    assert look_up(message(PHONE, TEXT)) == Accepted(ours)


@pytest.mark.parametrize("text", [f"{TEXT} ", TEXT[:-1], TEXT.replace("12", "13"), ""])
def test_a_text_that_is_nearly_the_same_is_another(simulator: Simulator, text: str) -> None:
    sid_of(message(PHONE, TEXT))
    content = message(PHONE, "x").content
    near = Message(7, uuid4(), PHONE, type(content)(text=text))
    assert look_up(near) is LookupResult.ABSENT


def test_a_clock_that_is_a_little_ahead_hides_nothing(simulator: Simulator) -> None:
    sid = sid_of(message(PHONE, TEXT))
    assert look_up(message(PHONE, TEXT), timezone.now() + timedelta(seconds=50)) == Accepted(sid)
    ahead = timezone.now() + timedelta(seconds=90)
    assert look_up(message(PHONE, TEXT), ahead) is LookupResult.ABSENT


def test_a_message_that_waits_at_twilio_is_found(simulator: Simulator) -> None:
    simulator.control("PUT", "config", {"sent_ms": 60_000})
    try:
        sid = sid_of(message(PHONE, TEXT))
        assert look_up(message(PHONE, TEXT)) == Accepted(sid)
    finally:
        simulator.control("PUT", "config", {"sent_ms": 5})


@pytest.mark.parametrize(("status", "code"), [("undelivered", 30005), ("failed", 30008)])
def test_a_message_that_failed_had_gone_out_all_the_same(
    simulator: Simulator, status: str, code: int
) -> None:
    simulator.switch("outcome", status=status, code=code)
    sid = sid_of(message(PHONE, TEXT))
    simulator.wait_for(lambda rows: rows[0]["status"] == status)
    assert look_up(message(PHONE, TEXT)) == Accepted(sid)


def test_a_message_whose_text_twilio_has_redacted_is_not_recognised(simulator: Simulator) -> None:
    sid = sid_of(message(PHONE, TEXT))
    simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/Messages/{sid}.json"
    pair = (simulator.account_sid, simulator.auth_token)
    assert requests.post(url, {"Body": ""}, auth=pair, timeout=10).status_code == 200
    assert look_up(message(PHONE, TEXT)) is LookupResult.ABSENT


def test_a_merchants_own_words_are_not_taken_for_ours(simulator: Simulator) -> None:
    ours = sid_of(message(PHONE, TEXT))
    for _ in range(3):
        simulator.control("POST", "inbound", {"from": PHONE, "text": TEXT})
    assert look_up(message(PHONE, TEXT)) == Accepted(ours)


def test_looking_up_reads_one_page_and_sends_nothing(simulator: Simulator) -> None:
    batch = [message(PHONE, f"{TEXT}{number}", number + 1) for number in range(30)]
    send(SMS, *batch)
    for sent in (batch[0], batch[-1]):
        assert isinstance(look_up(sent), Accepted)
    assert len(simulator.messages(to=PHONE)) == 30
    assert len(batch) <= LOOK_UP_LIMIT


def test_a_full_list_that_does_not_reach_back_far_enough_cannot_tell(simulator: Simulator) -> None:
    sid_of(message(PHONE, TEXT))
    send(SMS, *(message(PHONE, f"{TEXT}{n}", n + 1) for n in range(LOOK_UP_LIMIT)))
    assert look_up(message(PHONE, TEXT)) is LookupResult.CANNOT_TELL
    # Nothing so old could be this message.
    now = timezone.now() + timedelta(minutes=5)
    assert look_up(message(PHONE, TEXT), now) is LookupResult.ABSENT


@pytest.mark.parametrize("fault", ["drop_after", "error_after"])
@pytest.mark.parametrize("lost", [1, 3])
def test_every_lost_answer_of_a_batch_is_found(simulator: Simulator, fault: str, lost: int) -> None:
    simulator.switch(fault, count=lost)
    batch = [message(f"+861380013800{number}", TEXT, number + 1) for number in range(5)]
    outcomes = send(SMS, *batch)
    unsure = [
        sent
        for sent, outcome in zip(batch, outcomes, strict=True)
        if not isinstance(outcome, Accepted)
    ]
    assert len(unsure) == lost
    for sent in unsure:
        [row] = simulator.messages(to=sent.address)
        assert look_up(sent) == Accepted(row["sid"])


@pytest.mark.parametrize("name", [one.name for one in providers() if not one.can_be_asked()])
def test_providers_that_cannot_be_asked_say_so(simulator: Simulator, name: str) -> None:
    found = asyncio.run(find_provider(name).look_up(message("x"), PUBLISHED))
    assert found is LookupResult.CANNOT_TELL
