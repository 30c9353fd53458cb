"""Request bodies: short ones are complete before a thread is taken, long ones arrive on the way."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, Self

from statuspage.pages.server.interface import Client

# Bodies up to this size in bytes are read whole: more than Django accepts outside of files.
WHOLE_BYTES: Final = 6 << 20
# A short body has so long for its way, and a longer one as long as at BYTES_A_SECOND.
SHORT_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 60.0
# What all bodies that are being read may hold of the memory.
ALL_BYTES: Final = 64 << 20
# Of longer ones only so many at once, since each keeps a thread from other requests.
UPLOADS: Final = 2
# An upload that pauses for so long, or on average is slower, is ended.
PAUSE_SECONDS: Final = 20.0
START_SECONDS: Final = 30.0
BYTES_A_SECOND: Final = 16 << 10
# So much of a body that was refused is read on, and for so long at most, for the answer's sake.
DROPPED_BYTES: Final = 1 << 20
DROPPED_SECONDS: Final = 2.0


class Refused(Exception):
    """The body is not taken; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Body:
    """What a request sends after its head; whoever reads on begins where the last one ended."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stream: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> Self:
        """Return the same iterator each time."""
        return self

    async def __anext__(self) -> bytes:
        """Return the next part; granian sends an empty one at the end."""
        self._stream = self._stream or aiter(self._client)
        part = await anext(self._stream)
        if not part:
            raise StopAsyncIteration
        return part

    async def drop(self) -> None:
        """Read on after the answer, for a while.

        TCP resets a connection that is closed over what was sent and not read, and then a proxy
        that is still sending may never see the answer.
        """
        dropped = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DROPPED_SECONDS):
                async for part in self:
                    dropped += len(part)
                    if dropped > DROPPED_BYTES:
                        return


class Bodies:
    """Reads the bodies of one process, within limits of time and of memory for all together."""

    def __init__(self) -> None:
        # How many bytes of each have arrived; what it waits by ends it.
        self._held: dict[asyncio.Timeout, int] = {}

    async def whole(self, body: Body, length: int | None, most: int = WHOLE_BYTES) -> bytes:
        """Return a short body of that length; of at most `most` bytes where it has none.

        Raises:
            Refused: it is too slow, it ends early, it is too long, or it is the longest while
                there are too many.
        """
        wanted = most + 1 if length is None else length
        limit = asyncio.timeout(min(WHOLE_SECONDS, SHORT_SECONDS + wanted / BYTES_A_SECOND))
        self._held[limit] = 0
        try:
            async with limit:
                read = await self._read(body, wanted, limit)
        except TimeoutError:
            raise Refused(408 if limit in self._held else 503) from None
        finally:
            self._held.pop(limit, None)
        if length is None and len(read) > most:
            raise Refused(413)
        if length is not None and len(read) < length:
            raise Refused(400)
        return read

    async def first(self, body: Body, length: int | None, most: int) -> tuple[bytes, int]:
        """Return the first `most` bytes of a body, and how long it is as far as that is known.

        The rest is read and dropped, so that the sender gets to hear the answer; not for ever.

        Raises:
            Refused: it is too slow, it ends early, or it is the longest while there are too many.
        """
        wanted = most if length is None else min(length, most)
        limit = asyncio.timeout(WHOLE_SECONDS)
        parts: list[bytes] = []
        taken = 0
        self._held[limit] = 0
        try:
            async with limit:
                async for part in body:
                    if taken < most:
                        parts.append(part[: most - taken])
                        self._hold(limit, min(most, taken + len(part)))
                    taken += len(part)
                    if length is not None and taken >= length:
                        break
        except TimeoutError:
            if taken < wanted:
                raise Refused(408 if limit in self._held else 503) from None
        finally:
            self._held.pop(limit, None)
        if length is not None and taken < wanted:
            raise Refused(400)
        return b"".join(parts), max(taken, length or 0)

    async def _read(self, body: Body, wanted: int, limit: asyncio.Timeout) -> bytes:
        """Return the body up to the wanted number of bytes; the rest is not read."""
        parts: list[bytes] = []
        taken = 0
        async for part in body:
            parts.append(part)
            taken += len(part)
            if taken >= wanted:
                break
            self._hold(limit, taken)
        return b"".join(parts)[:wanted]

    def _hold(self, limit: asyncio.Timeout, size: int) -> None:
        """Note how much of a body there is; where all together are too much, end the longest.

        The next one to come would be a statement as likely as not: those that wait are longer.
        """
        if limit in self._held:
            self._held[limit] = size
        if sum(self._held.values()) > ALL_BYTES:
            longest = max(self._held, key=self._held.__getitem__)
            del self._held[longest]
            longest.reschedule(asyncio.get_running_loop().time())


class Upload(io.RawIOBase):
    """A long body, read by a thread while it arrives. To that thread slowness is an OSError."""

    def __init__(self, body: Body, loop: asyncio.AbstractEventLoop) -> None:
        self._body = body
        self._loop = loop
        self._began = time.monotonic()
        self._taken = 0
        self._rest = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        """Read what there is next; 0 at the end."""
        if not self._rest:
            self._rest = self._next()
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _next(self) -> bytes:
        waiting = asyncio.run_coroutine_threadsafe(self._take(), self._loop)
        try:
            part = waiting.result(PAUSE_SECONDS)
        except TimeoutError:
            waiting.cancel()
            raise TimeoutError("the upload has stopped") from None
        self._taken += len(part)
        if time.monotonic() - self._began > START_SECONDS + self._taken / BYTES_A_SECOND:
            raise TimeoutError("the upload is too slow")
        return part

    async def _take(self) -> bytes:
        return await anext(self._body, b"")
