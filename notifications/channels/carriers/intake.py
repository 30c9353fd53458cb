"""What a gateway tells of its own accord: stored first, and only then answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Generic, TypeVar

from notifications.channels.carriers.dialect import Dialect, Frame, MalformedFrame
from notifications.channels.outcomes import Callback

B = TypeVar("B")
Take = Callable[[Callback], Awaitable[None]]
# Reports and texts that are being stored at once; while there are more, nothing more is read.
STORED_AT_ONCE: Final = 128
# Less than the 60 seconds after which a gateway sends again what has no answer.
STORE_SECONDS: Final = 30.0

logger = logging.getLogger(__name__)


class Intake(Generic[B]):
    """Stores what comes on one connection; `name` is the gateway's, for the log."""

    def __init__(
        self,
        name: str,
        dialect: Dialect[B],
        take: Take,
        *,
        reply: Callable[[B, int], None],
        start: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._name, self._dialect, self._take = name, dialect, take
        self._reply, self._start = reply, start
        self._places = asyncio.Semaphore(STORED_AT_ONCE)

    async def receive(self, frame: Frame[B]) -> None:
        """Begin to store it, once there is a place."""
        await self._places.acquire()
        self._start(self._store(frame))

    def late(self, asked: B, answer: B) -> None:
        """Begin to store what an answer says that nobody waits for any more."""
        self._start(self._tell_late(asked, answer))

    async def _tell_late(self, asked: B, answer: B) -> None:
        try:
            callback = self._dialect.late_answer(asked, answer)
            if callback.receipts:
                async with asyncio.timeout(STORE_SECONDS):
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
            logger.warning("%s sent what cannot be read: %s", self._name, error)
            self._reply(self._dialect.taken(frame.body, readable=False), frame.sequence)
        except Exception as error:
            self._log_unstored(error)
        else:
            self._reply(self._dialect.taken(frame.body, readable=True), frame.sequence)
        finally:
            self._places.release()

    def _log_unstored(self, error: Exception) -> None:
        """Log an error without its message, which may quote what came."""
        logger.error("%s: not stored: %s", self._name, type(error).__name__)
