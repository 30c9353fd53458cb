"""One connection to a carrier's gateway: log-in, window, heartbeat, and what comes by itself."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Generic, TypeVar

from notifications.channels.carriers.dialect import (
    Dialect,
    Frame,
    MalformedFrame,
    Splitter,
    UnknownCommand,
)
from notifications.channels.carriers.intake import Intake, Take
from notifications.channels.carriers.pulse import Pulse

B = TypeVar("B")
READ: Final = 65536
# Questions whose answers may still come although nobody waits for them.
LATE_KEPT: Final = 1024
LARGEST_SEQUENCE: Final = 0x7FFFFFFF
# Octets that the other side has not taken from us, and the connection is given up.
UNREAD: Final = 4 * 1024 * 1024
GOODBYE_SECONDS: Final = 1.0

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
        self._dialect, self._endpoint = dialect, endpoint
        self._places = asyncio.Semaphore(endpoint.window)
        self._numbers = count()
        self._leaving: list[bytes] = []
        self._asked: dict[int, tuple[B, asyncio.Future[B]]] = {}
        self._late: dict[int, B] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pulse = Pulse(
            *(endpoint.heartbeat, endpoint.timeout),
            ask=self._ask_for_life,
            give_up=self._give_up,
            start=self._start,
        )
        name = f"{endpoint.host}:{endpoint.port}"
        self._intake = Intake(name, dialect, take, reply=self._reply, start=self._start)
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
        self._start(self._pulse.beat())

    @property
    def has_room(self) -> bool:
        """Whether a place in the window is free just now."""
        return self.is_open and self.is_trusted and not self._places.locked()

    @property
    def is_trusted(self) -> bool:
        """Whether the other side has not been silent on a question."""
        return self._pulse.is_trusted

    async def enter(self) -> None:
        """Wait for a place in the window; `exit` gives it back."""
        self.load += 1
        try:
            await self._pulse.wait_for_trust()
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
        self._asked[sequence], asked_at = (body, answer), time.monotonic()
        try:
            self._write(frame)
            async with asyncio.timeout(self._endpoint.timeout):
                return await answer
        except TimeoutError:
            self._expect_late(sequence, body)
            # A silent gateway is asked no more: each lost answer is a message to look up.
            self._pulse.doubt_since(asked_at)
            raise NoAnswer("timeout") from None
        finally:
            self._asked.pop(sequence, None)

    def _next(self) -> int:
        return 1 + next(self._numbers) % LARGEST_SEQUENCE

    def _expect_late(self, sequence: int, body: B) -> None:
        self._late[sequence] = body
        if len(self._late) > LATE_KEPT:
            del self._late[next(iter(self._late))]

    def _ask_for_life(self) -> None:
        self._reply(self._dialect.heartbeat(), self._next())

    def _give_up(self) -> None:
        logger.warning("%s:%d does not answer: left", *self._where)
        self._break()

    async def wait_until_closed(self) -> None:
        """Return when the connection is no more."""
        await self._closed.wait()

    async def leave(self) -> None:
        """Wait a moment for what is asked, say goodbye, wait a moment for the answer, and close."""
        if asked := [answer for _body, answer in self._asked.values()]:
            await asyncio.wait(asked, timeout=GOODBYE_SECONDS)
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
        self._pulse.end()
        self._writer.transport.abort()
        for _body, answer in self._asked.values():
            if not answer.done():
                answer.set_exception(NoAnswer("connection"))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
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
                self._pulse.felt()
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
            await self._intake.receive(frame)
        if self._dialect.ends(frame.body):
            # What is still to be written is; then the other side reads the end.
            self._flush()
            self._writer.close()
            self._break_soon()

    def _break_soon(self) -> None:
        asyncio.get_running_loop().call_later(0, self._break)

    def _answered(self, frame: Frame[B]) -> None:
        """Give an answer to who asked; a copy, and one that nobody asked for, change nothing."""
        asked, answer = self._asked.get(frame.sequence, (None, None))
        if asked is None:
            asked = self._late.get(frame.sequence)
        if asked is None:
            return
        if not self._dialect.answers(asked, frame.body):
            logger.warning("%s:%d answered another question: %#x", *self._where, frame.command)
        elif answer is None:
            del self._late[frame.sequence]
            self._intake.late(asked, frame.body)
        elif not answer.done():
            answer.set_result(frame.body)

    def _reply(self, body: B, sequence: int) -> None:
        if self.is_open:
            self._write(self._dialect.encode(body, sequence))

    def _write(self, frame: bytes) -> None:
        """Have a frame leave with all others of this moment: each call of the system costs."""
        self._leaving.append(frame)
        if len(self._leaving) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        frames, self._leaving = self._leaving, []
        if self.is_open and frames:
            self._writer.write(b"".join(frames))
            # A gateway that sends and never reads must not fill our memory with answers.
            if self._writer.transport.get_write_buffer_size() > UNREAD:
                self._give_up()


async def open_link(dialect: Dialect[B], endpoint: Endpoint, take: Take) -> Link[B]:
    """Return a connection that is logged in; raises as `Link.open`."""
    link = Link(dialect, endpoint, take)
    await link.open()
    return link
