"""Many messages in flight: each told once, none taking the others with it."""

import asyncio

from notifications.channels.batches import each
from notifications.channels.outcomes import Accepted, Reason, Unknown
from tests.notifications.channels.builders import message

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
