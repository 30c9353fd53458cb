"""Whether the other side of a connection is there: its signs of life, and asking for one."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

# So many heartbeats in a row without any sign of life, and the connection is given up (CMPP 3.0,
# chapter 5: N = 3).
HEARTBEATS: Final = 3


class Pulse:
    """The signs of life on one connection.

    `ask` asks for one, `give_up` ends the connection, and `start` has something done beside it.
    """

    def __init__(
        self,
        heartbeat: float,
        timeout: float,
        *,
        ask: Callable[[], None],
        give_up: Callable[[], None],
        start: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._heartbeat, self._timeout = heartbeat, timeout
        self._ask, self._give_up, self._start = ask, give_up, start
        self._felt_at = time.monotonic()
        # Not set while the other side is silent on a question.
        self._trusted = asyncio.Event()
        self._trusted.set()

    def felt(self) -> None:
        """Note a sign of life."""
        self._felt_at = time.monotonic()
        self._trusted.set()

    @property
    def is_trusted(self) -> bool:
        """Whether there is no doubt."""
        return self._trusted.is_set()

    async def wait_for_trust(self) -> None:
        """Return once there is no doubt, or no connection any more."""
        await self._trusted.wait()

    def end(self) -> None:
        """Let go of who waits: the connection is no more."""
        self._trusted.set()

    def doubt_since(self, asked_at: float) -> None:
        """Doubt, if there was no sign of life since a question of that time was left unanswered."""
        if self._felt_at < asked_at and self._trusted.is_set():
            self._trusted.clear()
            self._start(self._probe())

    async def _probe(self) -> None:
        for _ in range(HEARTBEATS):
            self._ask()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timeout):
                    await self._trusted.wait()
                return
        self._give_up()

    async def beat(self) -> None:
        """Ask for a sign of life after each silence; give the connection up after three."""
        silent = 0
        while True:
            began = time.monotonic()
            await asyncio.sleep(self._heartbeat)
            if self._felt_at >= began:
                silent = 0
                continue
            if silent >= HEARTBEATS:
                self._give_up()
                return
            silent += 1
            self._ask()
