"""Listen to providers that report over connections of ours; what is stored, and only that, is
answered, so that a process may be killed at any moment.
"""

import asyncio
import logging
import os
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from django.db import close_old_connections, connections, transaction

from notifications.channels import provider as find_provider
from notifications.channels.base import Provider
from notifications.channels.base import providers as all_providers
from notifications.channels.outcomes import Callback
from notifications.delivery.adopting import wait_for_reports
from notifications.delivery.callbacks import callback_store
from notifications.event_loop import before_end, process_loop, running_loop

# At most so many are stored in one transaction; what comes in the meantime waits for the next one.
AT_ONCE: Final = 200
LEAVE_SECONDS: Final = 3.0
Told = tuple[str, Callback]

logger = logging.getLogger(__name__)


@dataclass
class _Inbox:
    """What this process has been told and has not stored yet; used on its loop alone."""

    # One thread, and with it one connection to the database.
    thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="listening")
    )
    waiting: list[tuple[Told, asyncio.Future[None]]] = field(default_factory=list)
    storing: asyncio.Task[None] | None = None

    async def put(self, told: Told) -> None:
        """Return when it is stored.

        Raises:
            Exception: it is not.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((told, stored))
        if self.storing is None or self.storing.done():
            self.storing = asyncio.ensure_future(self._store())
        await stored

    async def _store(self) -> None:
        while self.waiting:
            # Who has given up waiting is told it again.
            waiting = [one for one in self.waiting if not one[1].done()]
            batch, self.waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            told = [one for one, _ in batch]
            loop = asyncio.get_running_loop()
            try:
                problems = await loop.run_in_executor(self.thread, _store_here, told)
            except RuntimeError as error:  # the process ends
                problems = [error] * len(batch)
            for (_, stored), problem in zip(batch, problems, strict=True):
                if stored.done():  # nobody waits any more
                    continue
                if problem is None:
                    stored.set_result(None)
                else:
                    stored.set_exception(problem)


_inboxes: dict[int, _Inbox] = {}
_listening: list[Future[None]] = []


async def take(name: str, callback: Callback) -> None:
    """Return when what a provider told is stored; the `Sink` of every provider.

    Raises:
        Exception: it is not: the provider must not be answered, and tells it again.
    """
    await _inbox().put((name, callback))


async def connected(name: str) -> None:
    """Let what a provider has to report come before anything that may have gone out is judged."""
    inbox = _inbox()
    await asyncio.get_running_loop().run_in_executor(inbox.thread, _wait_for_reports, name)


def _wait_for_reports(name: str) -> None:
    close_old_connections()
    wait_for_reports(name)


def _inbox() -> _Inbox:
    if os.getpid() not in _inboxes:  # a forked process begins with an inbox of its own
        _inboxes[os.getpid()] = _Inbox()
    return _inboxes[os.getpid()]


def store(batch: Sequence[Told]) -> list[Exception | None]:
    """Store all of it together, or else each by itself; return for each why it was not."""
    try:
        with transaction.atomic():
            for name, told in groupby(sorted(batch, key=_name), key=_name):
                callback_store(find_provider(name), _together([one for _, one in told]))
    except Exception as error:
        return [error] if len(batch) == 1 else [store([one])[0] for one in batch]
    return [None] * len(batch)


def _name(told: Told) -> str:
    return told[0]


def _together(callbacks: Sequence[Callback]) -> Callback:
    """Return all that is said as one: one statement stores its receipts, in one order."""
    return Callback(
        receipts=[each for one in callbacks for each in one.receipts],
        inbound=[each for one in callbacks for each in one.inbound],
        no_deliveries=[each for one in callbacks for each in one.no_deliveries],
    )


def _store_here(batch: Sequence[Told]) -> list[Exception | None]:
    """Store it over this thread's own connection to the database, if that is still good."""
    try:
        close_old_connections()
    except Exception as error:
        return [error] * len(batch)
    return store(batch)


def listen(media: Collection[str]) -> list[Provider]:
    """Begin to listen to every provider of these media that is set up; return them."""
    able = [
        one for one in all_providers() if one.listens() and one.configured() and one.medium in media
    ]
    for one in able:
        # Before anything is claimed: what this process takes up at once would otherwise be on its
        # way already when the first connection is there, and its report right behind it.
        try:
            wait_for_reports(one.name)
        except Exception as error:
            logger.warning("%s: reports are not waited for: %s", one.name, type(error).__name__)
        _listening.append(asyncio.run_coroutine_threadsafe(one.listen(), process_loop()))
    return able


def leave() -> None:
    """Say goodbye to every provider, as a process does that ends of its own accord.

    Whether or not it has listened: a process that sends codes has connections too. Neither a
    gateway nor a database that hangs keeps a process from ending.
    """
    for listening in _listening:
        listening.cancel()
    _listening.clear()
    if (loop := running_loop()) is not None:
        leaving = asyncio.run_coroutine_threadsafe(_leave_all(), loop)
        try:
            leaving.result(LEAVE_SECONDS)
        except TimeoutError:
            leaving.cancel()
            logger.warning("no goodbye within %d s", LEAVE_SECONDS)
    if inbox := _inboxes.pop(os.getpid(), None):
        closing = inbox.thread.submit(connections.close_all)
        inbox.thread.shutdown(wait=False)
        wait([closing], LEAVE_SECONDS)


async def _leave_all() -> None:
    able = [one for one in all_providers() if one.listens()]
    ends = await asyncio.gather(*(one.leave() for one in able), return_exceptions=True)
    for one, end in zip(able, ends, strict=True):
        if isinstance(end, Exception):
            logger.warning("%s: no goodbye: %s", one.name, type(end).__name__)


def set_up() -> None:
    """Have every provider report here, and the workers of a medium listen from their start on."""
    from celery.signals import worker_process_init, worker_process_shutdown

    for one in all_providers():
        one.report_to(take, connected)
    before_end(leave)
    worker_process_init.connect(_begin)
    worker_process_shutdown.connect(_end)


def _begin(**_given: object) -> None:
    from celery import current_app

    _listening.clear()
    listen([*current_app.amqp.queues.consume_from])


def _end(**_given: object) -> None:
    leave()
