"""The event loop's thread: items come as they are made, and exceptions reach the caller."""

import asyncio
import os
import threading

import pytest

from notifications import event_loop
from notifications.delivery import loop


async def numbers(count, *, fail=False):
    for number in range(count):
        await asyncio.sleep(0)
        yield number
    if fail:
        raise ValueError("broken")


def test_items_come_in_order():
    assert list(loop.stream(numbers(5))) == [0, 1, 2, 3, 4]


def test_an_empty_stream_yields_nothing():
    assert list(loop.stream(numbers(0))) == []


def test_an_exception_comes_after_the_items_before_it():
    received = []
    with pytest.raises(ValueError, match="broken"):
        received.extend(loop.stream(numbers(3, fail=True)))
    stream = loop.stream(numbers(2, fail=True))
    assert [next(stream), next(stream)] == [0, 1]
    with pytest.raises(ValueError, match="broken"):
        next(stream)


def test_a_coroutine_gives_its_result():
    async def name():
        return threading.current_thread().name

    assert loop.run(name()) == "delivery-loop"


def test_every_call_of_a_process_shares_one_loop():
    async def running():
        return asyncio.get_running_loop()

    assert loop.run(running()) is loop.run(running())


def test_a_forked_child_gets_a_loop_of_its_own():
    theirs = event_loop.process_loop()
    assert list(event_loop._started) == [os.getpid()]
    with pytest.MonkeyPatch.context() as patched:
        # As it looks from inside a child.
        patched.setattr(event_loop, "_started", {os.getpid() + 1: theirs})
        assert event_loop.running_loop() is None
        own = event_loop.process_loop()
        assert own is not theirs
        assert list(event_loop._started) == [os.getpid()]
        own.call_soon_threadsafe(own.stop)
    assert event_loop.running_loop() is theirs
