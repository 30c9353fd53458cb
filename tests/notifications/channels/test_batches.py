"""Many messages in flight: each told once, none taking the others with it."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from notifications.channels import curl, http
from notifications.channels.http import each
from notifications.channels.outcomes import Accepted, NotSent, Reason, Unknown
from tests.notifications.channels.builders import http_answer, message, send, tcp_server

BATCH = [message("+8613800138000", delivery_id=n) for n in range(1, 51)]


def drain(send_one, at_once: int = 8):
    async def run():
        return [pair async for pair in each(BATCH, send_one, at_once)]

    return asyncio.run(run())


def test_every_message_is_sent_once_and_no_more_than_allowed_at_once() -> None:
    running, most, sent = 0, 0, []

    async def send_one(one):
        nonlocal running, most
        running += 1
        most = max(most, running)
        sent.append(one.delivery_id)
        await asyncio.sleep(0)
        running -= 1
        return Accepted(str(one.delivery_id))

    told = drain(send_one)
    assert sorted(sent) == [one.delivery_id for one in BATCH]
    assert {one.delivery_id: outcome for one, outcome in told} == {
        one.delivery_id: Accepted(str(one.delivery_id)) for one in BATCH
    }
    assert most == 8


def test_the_quick_are_not_held_up_by_the_slow() -> None:
    gate: list[asyncio.Event] = []

    async def send_one(one):
        if not gate:
            gate.append(asyncio.Event())
            await gate[0].wait()
        if one.delivery_id == BATCH[-1].delivery_id:
            gate[0].set()
        return Accepted(str(one.delivery_id))

    told = drain(send_one)
    assert told[0][0].delivery_id != BATCH[0].delivery_id
    assert len(told) == len(BATCH)


def test_an_error_of_our_own_stays_with_its_message_and_names_no_address(caplog) -> None:
    async def send_one(one):
        if one.delivery_id == 3:
            raise RuntimeError(f"could not write to {one.address}")
        return Accepted("x")

    told = {one.delivery_id: outcome for one, outcome in drain(send_one)}
    assert told[3] == Unknown(Reason.OTHER, "RuntimeError")
    assert sum(isinstance(outcome, Accepted) for outcome in told.values()) == 49
    assert "delivery 3: RuntimeError" in caplog.text
    assert "13800138000" not in caplog.text


def test_leaving_early_stops_what_is_still_on_its_way() -> None:
    cancelled = []

    async def send_one(one):
        if one.delivery_id == 1:
            return Accepted("1")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(one.delivery_id)
            raise

    async def run() -> None:
        told = each(BATCH, send_one, 4)
        await anext(told)
        await told.aclose()

    asyncio.run(run())
    assert len(cancelled) >= 3


@pytest.mark.parametrize("at_once", [1, 2, 50, 500])
def test_no_bound_changes_what_is_told(at_once: int) -> None:
    async def send_one(one):
        await asyncio.sleep(0)
        return Accepted(str(one.delivery_id))

    told = drain(send_one, at_once)
    assert sorted(one.delivery_id for one, _ in told) == list(range(1, 51))
    assert all(outcome == Accepted(str(one.delivery_id)) for one, outcome in told)


def test_what_another_process_may_have_sent_is_not_sent_again() -> None:
    tried = []

    async def send_one(one):
        tried.append(one.delivery_id)
        return Accepted("x")

    async def run():
        lost = [replace(one, ours=lambda: False) for one in BATCH[:3]]
        return [outcome async for _, outcome in each([*lost, *BATCH[3:6]], send_one)]

    outcomes = asyncio.run(run())
    assert sorted(tried) == [4, 5, 6]
    assert outcomes.count(NotSent(Reason.OTHER, "lease")) == 3


def test_whether_a_message_is_still_ours_is_asked_when_its_turn_comes() -> None:
    turns = []

    async def send_one(one):
        turns.append(f"sent {one.delivery_id}")
        return Accepted("x")

    def asked(number: int):
        return lambda: turns.append(f"asked {number}") or True

    async def run() -> None:
        batch = [replace(one, ours=asked(one.delivery_id)) for one in BATCH[:3]]
        async for _ in each(batch, send_one, at_once=1):
            pass

    asyncio.run(run())
    assert turns == ["asked 1", "sent 1", "asked 2", "sent 2", "asked 3", "sent 3"]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("twilio", curl.AT_ONCE), ("wecom", http.AT_ONCE), ("webhook", http.AT_ONCE)],
)
def test_no_more_connections_than_allowed_are_open_to_a_provider(
    settings, name: str, allowed: int
) -> None:
    lock, running, most = threading.Lock(), 0, 0
    answer = http_answer("200 OK", '{"errcode": 0, "sid": "SM1"}')

    def serve(connection) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)  # holds the connection, so that others come meanwhile
        with lock:
            running -= 1
        answer(connection)

    with tcp_server(serve) as port:
        url = f"http://127.0.0.1:{port}"
        settings.TWILIO_BASE_URL = settings.WECOM_BASE_URL = url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "token"
        settings.TWILIO_FROM = "+15005550006"
        address = "+8613800138000" if name == "twilio" else url
        batch = [message(address, delivery_id=number) for number in range(1, 2 * allowed + 1)]
        outcomes = send(name, *batch)
    assert len(outcomes) == 2 * allowed
    assert 1 < most <= allowed
