"""Threads for requests that may wait for an engine: a fixed number for each kind of request."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

# The longest wait for a thread; for as long as the threads finish requests.
LINE_SECONDS: Final = 10.0
# Threads that have neither begun nor finished anything for so long wait for an engine that hangs.
STUCK_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.2


class Busy(Exception):
    """No thread was free in time; the work was not begun, and will not be."""


class Lane(Generic[T]):
    """A few threads, which begin work in the order in which it came."""

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._count = threads
        self._line: SimpleQueue[tuple[Future[T], Callable[[], T]]] = SimpleQueue()
        self._starting = threading.Lock()
        self._started = False
        self._moved_at = 0.0

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in one of the threads, and return what it returns.

        Raises:
            Busy: no thread was free in time.
        """
        began = time.monotonic()
        future = self._put(work)
        done = asyncio.wrap_future(future)
        while not future.running() and not done.done():
            await asyncio.wait({done}, timeout=LOOK_SECONDS)
            if self._too_long(began) and future.cancel():
                raise Busy
        return await done

    def _too_long(self, since: float) -> bool:
        now = time.monotonic()
        stuck = now - max(since, self._moved_at) > STUCK_SECONDS
        return stuck or now - since > LINE_SECONDS

    def _put(self, work: Callable[[], T]) -> "Future[T]":
        future: Future[T] = Future()
        self._line.put((future, work))
        with self._starting:
            if not self._started:
                self._started = True
                for number in range(self._count):
                    name = f"{self._name}-{number}"
                    threading.Thread(target=self._work, name=name, daemon=True).start()
        return future

    def _work(self) -> None:
        while True:
            future, work = self._line.get()
            if not future.set_running_or_notify_cancel():
                continue
            self._moved_at = time.monotonic()
            _finish(future, work)
            self._moved_at = time.monotonic()


def _finish(future: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        result = work()
    except BaseException as error:  # whoever waits for it shall know, and the thread goes on
        future.set_exception(error)
    else:
        future.set_result(result)
