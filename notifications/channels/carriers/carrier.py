"""What providers over long connections share: one pool a process, parts in order, and listening."""

import asyncio
import logging
import os
import random
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

from django.conf import settings

from notifications.channels.addresses import AddressKind
from notifications.channels.base import NO_DELIVERY, Connected, Message, Provider, Sink
from notifications.channels.carriers.dialect import Dialect, MalformedFrame
from notifications.channels.carriers.link import Endpoint, NoAnswer
from notifications.channels.carriers.long_texts import LongTexts
from notifications.channels.carriers.pool import Pool
from notifications.channels.http import guarded
from notifications.channels.outcomes import (
    Accepted,
    Callback,
    NotAccepted,
    NotSent,
    Outcome,
    Reason,
    Unknown,
)
from notifications.event_loop import process_loop
from notifications.media import SMS

B = TypeVar("B")
T = TypeVar("T")
# A later part that the gateway puts off is asked again after about so long: the first is out.
PART_AGAIN_SECONDS: Final = 0.3

logger = logging.getLogger(__name__)


class NobodyListens(Exception):
    """Something came and there is nobody to store it: it is not answered, so it comes again."""


async def _nobody(_name: str, _callback: Callback) -> None:
    raise NobodyListens


class CarrierProvider(Provider, Generic[B]):
    """A provider of SMS whose gateway is talked to over connections that stay open.

    The connections belong to the loop of the process, whichever loop `send` is called on: a
    connection for each code that somebody asks for would be refused by many a gateway.
    """

    medium = SMS
    address_kind = AddressKind.PHONE

    def __init__(self) -> None:
        self._sink: Sink = _nobody
        self._connected: Connected | None = None
        self._pools: dict[int, tuple[tuple[object, ...], Pool[B]]] = {}
        self._long_texts = LongTexts()

    @abstractmethod
    def dialect(self) -> Dialect[B]:
        """Return what one new connection speaks, by the settings."""

    @abstractmethod
    def endpoint(self) -> Endpoint:
        """Return where the gateway is, by the settings."""

    @abstractmethod
    def connections(self) -> int:
        """Return how many connections a process opens, by the settings."""

    @abstractmethod
    def questions(self, message: Message) -> Sequence[B]:
        """Return what asks the gateway to send a message: a frame's body for each part."""

    @abstractmethod
    def outcome_of(self, answer: B) -> Accepted | Outcome:
        """Return what the gateway's answer means for the part that was asked about."""

    def report_to(self, sink: Sink, connected: Connected | None = None) -> None:
        """Give `sink` every report and every text that comes on the connections."""
        self._sink, self._connected = sink, connected

    async def listen(self) -> None:
        """Keep every connection open until cancelled, or left."""
        await self._here(self._listen)

    async def _listen(self) -> None:
        pool: Pool[B] | None = self._pool()
        while pool is not None:
            await pool.listen()
            # It was closed: there is another one for other settings, or none where we have left.
            _key, pool = self._pools.get(os.getpid(), (None, None))

    async def leave(self) -> None:
        """Say goodbye on every connection of this process."""
        _key, pool = self._pools.pop(os.getpid(), (None, None))
        if pool is not None:
            await self._here(pool.close)

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once, as many at a time as all windows hold."""
        pool = await self._here(self._ready_pool)

        async def send_one(message: Message) -> Outcome:
            return await self._here(lambda: self._send_parts(pool, message))

        async for told in drawn(batch, send_one, pool.capacity):
            yield told

    async def _ready_pool(self) -> Pool[B]:
        return self._pool()

    async def _here(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do it on the loop that the connections belong to."""
        loop = process_loop()
        if loop is asyncio.get_running_loop():
            return await work()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), loop))

    async def _send_parts(self, pool: Pool[B], message: Message) -> Outcome:
        """Send the parts one after another: the first that is refused has sent nothing.

        After it there is no way back: a phone shows a message only when it has every part.
        """
        try:
            questions = self.questions(message)
        except MalformedFrame as error:
            logger.error("%s: delivery %d: %s", self.name, message.delivery_id, error)  # noqa: TRY400
            return NotSent(Reason.OTHER, "frame")
        ids: list[str] = []
        until = time.monotonic() + settings.DELIVERY_TIMEOUT_SECONDS
        for question in questions:
            outcome = await self._ask(pool, question, message.ours if not ids else _always)
            # A later part that was certainly not sent is tried again for a while.
            while ids and isinstance(outcome, NotSent) and time.monotonic() < until:
                await asyncio.sleep(PART_AGAIN_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
                outcome = await self._ask(pool, question, _always)
            if not isinstance(outcome, Accepted):
                return Unknown(outcome.reason, outcome.code or "parts", (*ids,)) if ids else outcome
            ids.append(outcome.provider_id)
        if message.delivery_id == NO_DELIVERY:
            await self._disown(ids)
        return Accepted(ids[0], tuple(ids) if len(ids) > 1 else ())

    async def _disown(self, ids: Sequence[str]) -> None:
        """Have it stored that their reports are no delivery's, as far as that is possible now."""
        try:
            async with asyncio.timeout(settings.DELIVERY_TIMEOUT_SECONDS):
                await self._take(Callback(no_deliveries=ids))
        except Exception as error:
            logger.warning("%s: not stored: %s", self.name, type(error).__name__)

    async def _ask(self, pool: Pool[B], question: B, allowed: Callable[[], bool]) -> Outcome:
        try:
            return self.outcome_of(await pool.ask(question, allowed))
        except NotAccepted as error:
            return error.outcome
        except NoAnswer as error:
            return Unknown(Reason.TIMEOUT if str(error) == "timeout" else Reason.CONNECTION)
        except MalformedFrame as error:
            logger.error("%s: %s", self.name, error)  # noqa: TRY400 - no traceback quotes a message
            return NotSent(Reason.OTHER, "frame")

    def _pool(self) -> Pool[B]:
        """Return this process's pool; one for other settings, or of a parent process, is left."""
        key = (self.endpoint(), self.connections(), self.pool_key())
        known, pool = self._pools.get(os.getpid(), (None, None))
        if pool is None or known != key:
            if pool is not None:
                self._leaving = asyncio.ensure_future(pool.close())
            pool = Pool(
                *(self.dialect, self.endpoint(), self.connections(), self._take),
                connected=self._tell_connected,
            )
            self._pools = {os.getpid(): (key, pool)}
        return pool

    def pool_key(self) -> tuple[object, ...]:
        """Return what else a connection depends on: other credentials need another one."""
        return ()

    async def _tell_connected(self) -> None:
        try:
            if self._connected:
                async with asyncio.timeout(settings.DELIVERY_TIMEOUT_SECONDS):
                    await self._connected(self.name)
        except Exception as error:
            logger.warning("%s: nobody was told: %s", self.name, type(error).__name__)

    async def _take(self, callback: Callback) -> None:
        """Have it stored; the parts of a long text together, where they come together."""
        for one in callback.inbound:
            if one.part is not None:
                await self._long_texts.take(one, one.part, self._store)
                return
        await self._store(callback)

    async def _store(self, callback: Callback) -> None:
        await self._sink(self.name, callback)


def _always() -> bool:
    return True


async def drawn(
    batch: Iterable[Message], send_one: Callable[[Message], Awaitable[Outcome]], at_once: int
) -> AsyncIterator[tuple[Message, Outcome]]:
    """Draw messages as there is room, and yield each outcome when it is known.

    Nothing is drawn before it can be sent: what waits stays with the caller, whose lease it is.
    """
    waiting = iter(batch)
    told: asyncio.Queue[tuple[Message, Outcome] | None] = asyncio.Queue()
    workers: set[asyncio.Task[None]] = set()

    def fill() -> None:
        # Also when there was nothing more for a moment, and some workers have ended since.
        while len(workers) < at_once and (message := next(waiting, None)):
            task = asyncio.ensure_future(work(message))
            workers.add(task)
            task.add_done_callback(ended)

    async def work(message: Message | None) -> None:
        while message:
            told.put_nowait(await guarded(send_one, message))
            message = next(waiting, None)
            fill()

    def ended(task: asyncio.Task[None]) -> None:
        workers.discard(task)
        fill()
        if not workers:
            told.put_nowait(None)

    fill()
    try:
        while workers or not told.empty():
            if one := await told.get():
                yield one
    finally:
        for worker in [*workers]:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
