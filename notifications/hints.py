"""Ask workers over the broker to run a task; a lost request only delays the work.

A broker that is away or hangs must not hold up a publisher, a merchant or a provider: a thread of
its own sends what waits in a short queue, and what finds no room there is dropped.
"""

import atexit
import logging
import os
import threading
import time
from queue import Full, Queue
from typing import Final, NamedTuple

from celery import Celery
from celery.app import app_or_default

from statuspage.operations.logs import current_request
from statuspage.operations.queueing import HEADER, offer, take

# Providers call back by the hundred a second, and one hint is enough for all that are stored.
RECEIPT_HINTS_EVERY: Final = 0.25
# So many hints wait at most to be sent.
WAITING: Final = 200
# After one that could not be sent, those of so many seconds are dropped.
PAUSE_SECONDS: Final = 2.0
# RabbitMQ's confirmation is waited for so long.
CONFIRM_SECONDS: Final = 5.0
# At its end a process waits for so long for its last hints.
FLUSH_SECONDS: Final = 1.0
_receipts_woken_at = -RECEIPT_HINTS_EVERY

logger = logging.getLogger(__name__)


class Hint(NamedTuple):
    """A task that a worker is asked to run, for a request."""

    app: Celery
    task: str
    arguments: tuple[object, ...]
    request: str


class Sender:
    """The thread of one process that sends hints."""

    def __init__(self) -> None:
        self._line: Queue[Hint] = Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        # The broker that gave trouble, and until when it is left alone.
        self._paused: tuple[Celery | None, float] = (None, 0.0)

    def put(self, one: Hint) -> None:
        """Have it sent soon, or drop it; never wait."""
        app, until = self._paused
        if one.app is app and time.monotonic() < until:
            return
        try:
            self._line.put_nowait(one)
        except Full:
            self._pause(one, "the broker is slow")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Wait a moment until all are sent or dropped."""
        until = time.monotonic() + FLUSH_SECONDS
        while self._line.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def _run(self) -> None:
        while True:
            one = self._line.get()
            app, until = self._paused
            try:
                if one.app is not app or time.monotonic() >= until:
                    _send(one)
            except Exception as error:  # whatever the broker's client raises: the thread goes on
                self._pause(one, type(error).__name__)
            finally:
                self._line.task_done()

    def _pause(self, one: Hint, reason: str) -> None:
        self._paused = (one.app, time.monotonic() + PAUSE_SECONDS)
        logger.warning("could not wake %s: %s; the sweep will", one.task, reason)


def _send(one: Hint) -> None:
    if not offer(one.task, one.arguments):
        return
    try:
        one.app.send_task(
            one.task,
            args=one.arguments,
            retry=False,  # the sweep does the same work
            ignore_result=True,
            confirm_timeout=CONFIRM_SECONDS,
            headers={"request": one.request, HEADER: True},
        )
    except Exception:
        take(one.task, one.arguments)  # it was not sent
        raise


def hint(task: str, *arguments: object) -> None:
    """Ask a worker to run a task soon; a sweep does the same work when the hint is lost.

    Nothing is sent while the same hint waits in the queue: a sender would go on queueing itself
    until receipts wait behind thousands.
    """
    _sender.put(Hint(app_or_default(), task, arguments, current_request()))


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts; what comes right after is found by the sweep."""
    global _receipts_woken_at
    now = time.monotonic()
    if now - _receipts_woken_at >= RECEIPT_HINTS_EVERY:
        _receipts_woken_at = now
        hint("delivery.apply_receipts")


@atexit.register
def flush() -> None:
    """Wait a moment until this process's hints are sent or dropped."""
    _sender.flush()


def _renew() -> None:
    """Begin anew in a forked process, which has no thread of its parent's."""
    global _sender
    _sender = Sender()


_sender = Sender()
os.register_at_fork(after_in_child=_renew)
