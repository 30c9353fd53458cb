"""Ask workers over the broker to run a task; a lost request only delays the work.

A broker that is away or hangs must not hold up a publisher, a merchant or a provider: a thread of
its own sends what waits in a short queue, and what finds no room there is dropped.
"""

import atexit
import logging
import os
import threading
import time
from queue import Empty, Full, Queue
from typing import Any, Final, NamedTuple

from celery import current_app

from statuspage.operations.logs import current_request

# A hint to send that has waited so long in the queue is dropped: while there is work the sweep
# sends another, and each would go on queueing itself until receipts wait behind thousands.
STALE_SECONDS: Final = 20.0
# Providers call back by the hundred a second, and one hint is enough for all that are stored.
RECEIPT_HINTS_EVERY: Final = 0.25
# So many hints wait at most to be sent.
WAITING: Final = 200
# After one that could not be sent, those of so many seconds are dropped unsent.
PAUSE_SECONDS: Final = 2.0
# At its end a process waits for so long for its last hints.
END_SECONDS: Final = 1.0
_receipts_woken_at = -RECEIPT_HINTS_EVERY

logger = logging.getLogger(__name__)


class Hint(NamedTuple):
    """A task that a worker is asked to run, for a request, before it expires."""

    task: str
    arguments: tuple[object, ...]
    expires: float | None
    request: str


class Sender:
    """The thread of one process that sends hints; a forked process has one of its own."""

    def __init__(self) -> None:
        self._line: Queue[Hint] = Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._paused_until = 0.0

    def put(self, one: Hint) -> None:
        """Have it sent soon, or drop it; never wait."""
        if time.monotonic() < self._paused_until:
            return
        try:
            self._line.put_nowait(one)
        except Full:
            logger.warning("could not wake %s: too many wait; the sweep will", one.task)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self._thread.start()

    def finish(self) -> None:
        """Wait a moment for what is still in the queue."""
        until = time.monotonic() + END_SECONDS
        while self._line.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def _run(self) -> None:
        while True:
            one = self._line.get()
            try:
                _send(one)
            except Exception as error:  # of whichever broker; the thread must go on
                logger.warning("could not wake %s: %s; the sweep will", one.task, _name(error))
                self._paused_until = time.monotonic() + PAUSE_SECONDS
                self._drop_all()
            finally:
                self._line.task_done()

    def _drop_all(self) -> None:
        try:
            while True:
                self._line.get_nowait()
                self._line.task_done()
        except Empty:
            return


def _send(one: Hint) -> None:
    # Not retried: the sweep does the same work.
    current_app.send_task(
        one.task,
        args=one.arguments,
        retry=False,
        ignore_result=True,
        expires=one.expires,
        headers={"request": one.request},
        **CONFIRM,
    )
