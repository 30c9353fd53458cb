"""Hand work to the event loop of the process, on which connections outlive a batch."""

import asyncio
import queue
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, Final, TypeVar

from notifications.event_loop import process_loop

T = TypeVar("T")
# Items that arrive within so long are handed over together: each time costs a change of threads.
GATHER_SECONDS: Final = 0.01


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the process's loop and wait for its result."""
    return asyncio.run_coroutine_threadsafe(coroutine, process_loop()).result()


def stream(items: AsyncIterator[T]) -> Iterator[T]:
    """Yield the items of an asynchronous iterator, soon after they arrive, to a synchronous caller.

    The caller keeps its own thread, and with it its database connection. An exception of the
    iterator is raised here. A caller that stops reading stops the iterator.
    """
    received: queue.SimpleQueue[list[T] | None] = queue.SimpleQueue()

    async def pump() -> None:
        arrived: list[T] = []
        try:
            async for item in items:
                if not arrived:
                    asyncio.get_running_loop().call_later(GATHER_SECONDS, hand_over, arrived)
                arrived.append(item)
        finally:
            hand_over(arrived)
            received.put(None)

    def hand_over(arrived: list[T]) -> None:
        received.put([*arrived])
        arrived.clear()

    future = asyncio.run_coroutine_threadsafe(pump(), process_loop())
    try:
        while (arrived := received.get()) is not None:
            yield from arrived
        future.result()
    finally:
        future.cancel()
