"""One connection to a carrier's gateway: log-in, window, heartbeat, and what comes by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Final, Generic, TypeVar

from notifications.channels.carriers.dialect import (
    Dialect,
    Frame,
    LoginRefused,
    MalformedFrame,
    Splitter,
    UnknownCommand,
)
from notifications.channels.outcomes import Callback

B = TypeVar("B")
READ: Final = 65536
# So many heartbeats in a row without any sign of life, and the connection is given up (CMPP 3.0,
# chapter 5: N = 3).
HEARTBEATS: Final = 3
# Reports and texts that are being stored at once; while there are more, nothing more is read.
STORED_AT_ONCE: Final = 128
# Questions whose answers may still come although nobody waits for them.
LATE_KEPT: Final = 1024
LARGEST_SEQUENCE: Final = 0x7FFFFFFF
GOODBYE_SECONDS: Final = 1.0
# Less than the 60 seconds after which a gateway sends again what has no answer.
STORE_SECONDS: Final = 30.0

Take = Callable[[Callback], Awaitable[None]]
logger = logging.getLogger(__name__)


class NotConnected(Exception):
    """There was no connection: nothing has been sent."""


class NoAnswer(Exception):
    """The question has left, and no answer came in time, or the connection broke."""


@dataclass(frozen=True)
class Endpoint:
    """Where a gateway is, and how long to wait for it; times are in seconds."""

    host: str
    port: int
    window: int
    timeout: float
    heartbeat: float
    tls: bool = False


class Link(Generic[B]):
    """A connection that is logged in; make one with `open_link`."""

    def __init__(self, dialect: Dialect[B], endpoint: Endpoint, take: Take) -> None:
        self._dialect, self._endpoint, self._take = dialect, endpoint, take
        self._places = asyncio.Semaphore(endpoint.window)
        self._numbers = count()
        self._asked: dict[int, tuple[B, asyncio.Future[B]]] = {}
        self._late: dict[int, B] = {}
        self._storing = asyncio.Semaphore(STORED_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard = False
        self._closed = asyncio.Event()
        self.load = 0

    @property
    def is_open(self) -> bool:
        """Whether questions can be asked."""
        return not (self._closed.is_set() or self._writer.is_closing())

    async def open(self) -> None:
        """Connect and log in, both within one time limit.

        Raises:
            OSError, TimeoutError: nobody is there, or nobody answers.
            LoginRefused: we are not let in.
            NoAnswer: what is there does not speak the protocol.
        """
        async with asyncio.timeout(self._endpoint.timeout):
            await self._open()

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            *self._where, ssl=self._endpoint.tls or None
        )
        self._start(self._read())
        try:
            asked = self._dialect.login()
            self._dialect.check_login(asked, await self.ask(asked))
        except BaseException:
            await self.close()
            raise
        self._start(self._beat())

    async def enter(self) -> None:
        """Wait for a place in the window; `exit` gives it back."""
        self.load += 1
        try:
            await self._places.acquire()
        except BaseException:
            self.load -= 1
            raise

    def exit(self) -> None:
        """Give a place back."""
        self.load -= 1
        self._places.release()

    async def ask(self, body: B) -> B:
        """Ask, from a place in the window, and return the answer.

        Raises:
            NotConnected: the connection was lost before it could be asked.
            NoAnswer: no answer came in time: it may have been taken.
            MalformedFrame: it does not fit into a frame; nothing was sent.
        """
        if not self.is_open:
            raise NotConnected
        sequence = self._next()
        frame = self._dialect.encode(body, sequence)
        answer: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = body, answer
        try:
            self._writer.write(frame)
            async with asyncio.timeout(self._endpoint.timeout):
                return await answer
        except TimeoutError:
            self._expect_late(sequence, body)
            raise NoAnswer("timeout") from None
        finally:
            self._asked.pop(sequence, None)

    def _next(self) -> int:
        return 1 + next(self._numbers) % LARGEST_SEQUENCE

    def _expect_late(self, sequence: int, body: B) -> None:
        self._late[sequence] = body
        if len(self._late) > LATE_KEPT:
            del self._late[next(iter(self._late))]

    async def wait_until_closed(self) -> None:
        """Return when the connection is no more."""
        await self._closed.wait()

    async def leave(self) -> None:
        """Say goodbye, wait a moment for the answer, and close."""
        with suppress(NotConnected, NoAnswer, TimeoutError, MalformedFrame):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self.ask(self._dialect.goodbye())
        await self.close()

    async def close(self) -> None:
        """Close at once; what was asked has no answer."""
        self._break()
        current = asyncio.current_task()
        others = [task for task in self._tasks if task is not current]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._writer.wait_closed()

    def _break(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._writer.transport.abort()
        for _body, answer in self._asked.values():
            if not answer.done():
                answer.set_exception(NoAnswer("connection"))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("%s:%d: %s", *self._where, type(error).__name__)
            self._break()

    @property
    def _where(self) -> tuple[str, int]:
        return self._endpoint.host, self._endpoint.port

    async def _read(self) -> None:
        """Read until the connection ends; whatever is no frame ends it."""
        splitter = Splitter(self._dialect.shortest, self._dialect.longest)
        try:
            while data := await self._reader.read(READ):
                self._heard = True
                for frame in splitter.feed(data):
                    await self._receive(frame)
        except MalformedFrame as error:
            logger.warning("%s:%d sent a malformed frame: %s", *self._where, error)
        except OSError as error:
            logger.info("%s:%d: %s", *self._where, type(error).__name__)
        finally:
            self._break()

    async def _receive(self, data: bytes) -> None:
        try:
            frame = self._dialect.decode(data)
        except UnknownCommand as error:
            logger.warning("%s:%d: %s", *self._where, error)
            if (refusal := self._dialect.refusal()) is not None:
                self._reply(refusal, error.sequence)
            return
        if frame.is_answer:
            self._answered(frame)
        elif (answer := self._dialect.answer_at_once(frame.body)) is not None:
            self._reply(answer, frame.sequence)
        else:
            await self._storing.acquire()
            self._start(self._store(frame))
        if self._dialect.ends(frame.body):
            # What is still to be written is; then the other side reads the end.
            self._writer.close()
            self._break_soon()

    def _break_soon(self) -> None:
        asyncio.get_running_loop().call_later(0, self._break)

    def _answered(self, frame: Frame[B]) -> None:
        _body, answer = self._asked.get(frame.sequence, (None, None))
        if answer is not None and not answer.done():
            answer.set_result(frame.body)
        elif (asked := self._late.pop(frame.sequence, None)) is not None:
            self._start(self._tell_late(asked, frame.body))

    async def _tell_late(self, asked: B, answer: B) -> None:
        try:
            callback = self._dialect.late_answer(asked, answer)
            if callback.receipts:
                await self._take(callback)
        except Exception as error:
            self._log_unstored(error)

    async def _store(self, frame: Frame[B]) -> None:
        """Answer only what is stored: what is not, the gateway sends again."""
        try:
            callback = self._dialect.incoming(frame.body)
            # A database that hangs must not keep us from reading: it is sent again.
            async with asyncio.timeout(STORE_SECONDS):
                await self._take(callback)
        except MalformedFrame as error:
            logger.warning("%s:%d sent what cannot be read: %s", *self._where, error)
            self._reply(self._dialect.taken(frame.body, readable=False), frame.sequence)
        except Exception as error:
            self._log_unstored(error)
        else:
            self._reply(self._dialect.taken(frame.body, readable=True), frame.sequence)
        finally:
            self._storing.release()

    def _log_unstored(self, error: Exception) -> None:
        """Log an error without its message, which may quote what came."""
        logger.error("%s:%d: not stored: %s", *self._where, type(error).__name__)

    def _reply(self, body: B, sequence: int) -> None:
        if self.is_open:
            self._writer.write(self._dialect.encode(body, sequence))

    async def _beat(self) -> None:
        """Ask for a sign of life after each silence; give the connection up after three."""
        silent = 0
        while True:
            self._heard = False
            await asyncio.sleep(self._endpoint.heartbeat)
            if self._heard:
                silent = 0
                continue
            if silent >= HEARTBEATS:
                logger.warning("%s:%d does not answer: connecting again", *self._where)
                self._break()
                return
            silent += 1
            self._reply(self._dialect.heartbeat(), self._next())


async def open_link(dialect: Dialect[B], endpoint: Endpoint, take: Take) -> Link[B]:
    """Return a connection that is logged in; raises as `Link.open`."""
    link = Link(dialect, endpoint, take)
    await link.open()
    return link


__all__ = ["Endpoint", "Link", "LoginRefused", "NoAnswer", "NotConnected", "Take", "open_link"]
