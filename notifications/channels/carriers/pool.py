"""Several connections to one gateway, kept open, opened again, and shared by all senders."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from notifications.channels.carriers.dialect import Dialect, LoginRefused, MalformedFrame
from notifications.channels.carriers.intake import Take
from notifications.channels.carriers.link import (
    Endpoint,
    Link,
    NoAnswer,
    NotConnected,
    open_link,
)
from notifications.channels.outcomes import NotAccepted, NotSent, Reason

B = TypeVar("B")
BACKOFF_SECONDS: Final = 1.0
BACKOFF_LIMIT_SECONDS: Final = 30.0
# A message to send cuts the back-off short, but not below this: the gateway is not hammered.
SOONEST_SECONDS: Final = 1.0
# Connections on which nobody listens are closed after so long without a message.
IDLE_SECONDS: Final = 30.0
UNREACHABLE: Final = NotSent(Reason.CONNECTION)
SILENT: Final = NotSent(Reason.CONNECTION, "login")
FULL: Final = NotSent(Reason.CONNECTION, "window")
# The lease has run out: another worker may be sending it.
TOO_LATE: Final = NotSent(Reason.OTHER, "lease")

logger = logging.getLogger(__name__)


class Pool(Generic[B]):
    """Connections to one gateway, in one process and on one event loop.

    `dialect` makes what each of them speaks. While somebody listens all of them are kept open;
    else they are opened when something is sent, and closed when nothing was for a while.
    """

    def __init__(
        self,
        dialect: Callable[[], Dialect[B]],
        endpoint: Endpoint,
        connections: int,
        take: Take,
        *,
        connected: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._connected = connected
        self._dialect, self._endpoint, self._take = dialect, endpoint, take
        self._connections = connections
        self._links: list[Link[B]] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._changed = asyncio.Condition()
        self._closed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._tries = 0
        self._problem: NotSent = UNREACHABLE
        self._listeners = self._waiting = 0
        self._used = time.monotonic()

    @property
    def capacity(self) -> int:
        """How many questions can be open at once."""
        return self._connections * self._endpoint.window

    @property
    def open_links(self) -> int:
        """How many connections are logged in."""
        return sum(link.is_open for link in self._links)

    async def ask(self, body: B, allowed: Callable[[], bool] = lambda: True) -> B:
        """Ask on the connection with the most room, if it is still `allowed` just before.

        It waits as long for a connection and a place in its window as for the answer.

        Raises:
            NotAccepted: there was no connection, or no place: nothing was sent.
            NoAnswer: it may have been taken.
            MalformedFrame: it does not fit into a frame; nothing was sent.
        """
        self._used = time.monotonic()
        until = asyncio.get_running_loop().time() + self._endpoint.timeout
        while True:
            link = await self._place(until)
            try:
                if not allowed():
                    raise NotAccepted(TOO_LATE)
                with suppress(NotConnected):
                    return await link.ask(body)
            finally:
                link.exit()

    async def _place(self, until: float) -> Link[B]:
        if (link := self._roomiest()) and link.has_room:
            await link.enter()  # at once
            return link
        try:
            async with asyncio.timeout_at(until):
                link = await self._ready()
                await link.enter()
                return link
        except TimeoutError:
            raise NotAccepted(FULL if self.open_links else self._problem) from None

    async def listen(self) -> None:
        """Keep every connection open until cancelled, or closed."""
        self._listeners += 1
        self._keep()
        try:
            await self._closed.wait()
        finally:
            self._listeners -= 1

    async def close(self) -> None:
        """Say goodbye on every connection, and open none any more; who waits for one is told so."""
        self._closed.set()
        async with self._changed:
            self._changed.notify_all()
        keepers, self._keepers = self._keepers, []
        for task in keepers:
            task.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _ready(self) -> Link[B]:
        """Return an open connection, waiting for a try to make one if need be."""
        if link := self._roomiest():
            return link
        self._waiting += 1
        try:
            self._keep()
            tries = self._tries
            self._wanted.set()
            async with self._changed:
                await self._changed.wait_for(lambda: self._roomiest() or self._failed(tries))
        finally:
            self._waiting -= 1
        if link := self._roomiest():
            return link
        raise NotAccepted(self._problem)

    def _roomiest(self) -> Link[B] | None:
        links = [link for link in self._links if link.is_open]
        return min(links, key=lambda link: (not link.is_trusted, link.load), default=None)

    def _failed(self, tries: int) -> bool:
        """Return whether every connection was tried since there had been so many tries."""
        return self._closed.is_set() or self._tries >= tries + len(self._keepers)

    def _keep(self) -> None:
        """Have a task for each connection that is wanted: for one, while nobody listens."""
        self._keepers = [task for task in self._keepers if not task.done()]
        wanted = self._connections if self._listeners else 1
        if self._closed.is_set():
            wanted = 0
        while len(self._keepers) < wanted:
            self._keepers.append(asyncio.ensure_future(self._keep_one()))

    async def _keep_one(self) -> None:
        """Open a connection again whenever it ends, after longer and longer waits."""
        failures = 0
        while not self._closed.is_set() and (self._listeners or self._waiting):
            began = time.monotonic()
            if link := await self._open():
                failures = 0
                await self._use(link)
            else:
                failures += 1
                await self._tell()
            # One that the gateway closes at once is not opened again at once either.
            await self._pause(began, max(failures, 1))

    async def _use(self, link: Link[B]) -> None:
        """Keep a connection as long as it is needed; whatever ends that, it is left in order."""
        self._problem = UNREACHABLE  # what earlier tries met is over
        try:
            if self._connected and not self.open_links:
                # Before anything is sent: what happened in the meantime is only reported now.
                await self._connected()
            self._links.append(link)
            await self._tell()
            await self._serve(link)
        finally:
            self._links = [one for one in self._links if one is not link]
            await link.leave()

    def _is_in_use(self) -> bool:
        return bool(self._listeners) or time.monotonic() - self._used < IDLE_SECONDS

    async def _open(self) -> Link[B] | None:
        try:
            return await open_link(self._dialect(), self._endpoint, self._take)
        except LoginRefused as refused:
            self._problem = refused.outcome
            problem: object = refused.outcome.code
        except (NoAnswer, NotConnected, MalformedFrame) as error:
            self._problem, problem = SILENT, type(error).__name__
        except Exception as error:  # such as a malformed host name: it is tried again
            self._problem, problem = UNREACHABLE, type(error).__name__
        endpoint = self._endpoint
        logger.warning("%s:%d: no connection: %s", endpoint.host, endpoint.port, problem)
        return None

    async def _tell(self) -> None:
        async with self._changed:
            self._tries += 1
            self._changed.notify_all()

    async def _serve(self, link: Link[B]) -> None:
        """Return when the connection has ended, or nobody needs it any more."""
        while link.is_open and (self._is_in_use() or link.load):
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS / 4):
                    await link.wait_until_closed()

    async def _pause(self, began: float, failures: int) -> None:
        """Wait with full jitter; who has something to send cuts it short, not below a second."""
        self._wanted.clear()
        ceiling = min(BACKOFF_LIMIT_SECONDS, BACKOFF_SECONDS * 2**failures)
        wait = random.uniform(SOONEST_SECONDS, ceiling)  # noqa: S311
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wanted.wait()
        await asyncio.sleep(max(0.0, began + SOONEST_SECONDS - time.monotonic()))
