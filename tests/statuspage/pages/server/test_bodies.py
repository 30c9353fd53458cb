"""Bodies that have begun to arrive and stop take no room from those that are short."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from statuspage.pages.server import bodies
from statuspage.pages.server.bodies import Bodies, Refused

ALL = 1000


class Stopping:
    """A client that sends so many bytes of a body, and then nothing until it is told to go on."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.go_on = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a" * self._size
        await self.go_on.wait()
        yield b"z"


async def _begin(all_of_them: Bodies, *sizes: int) -> list[tuple[Stopping, asyncio.Task[object]]]:
    begun = []
    for size in sizes:
        client = Stopping(size)
        task = asyncio.create_task(all_of_them.whole(client, size + 1))  # type: ignore[arg-type]
        begun.append((client, task))
        await asyncio.sleep(0.01)
    return begun


def test_the_longest_makes_room_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "ALL_BYTES", ALL)

    async def come() -> None:
        begun = await _begin(Bodies(), 300, 400, 290, 20)
        (client, longest) = begun.pop(1)
        with pytest.raises(Refused) as refused:
            await longest
        assert refused.value.status == 503
        for client, task in begun:
            client.go_on.set()
            assert await task

    asyncio.run(come())


def test_what_has_arrived_or_was_refused_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "ALL_BYTES", ALL)

    async def come() -> None:
        all_of_them = Bodies()
        for _ in range(5):
            [(client, task)] = await _begin(all_of_them, 900)
            client.go_on.set()
            assert await task

    asyncio.run(come())


def test_one_that_stops_is_refused_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WHOLE_SECONDS", 0.05)

    async def come() -> None:
        [(_client, task)] = await _begin(Bodies(), 10)
        with pytest.raises(Refused) as refused:
            await task
        assert refused.value.status == 408

    asyncio.run(come())
