"""A provider's access token, fetched once for all processes and kept in Redis."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from redis import asyncio as aioredis

# A token is given up this long before its end, so that none expires on its way.
SPARE_SECONDS: Final = 300
# A process that dies while it fetches must not hold up the others for longer.
LOCK_SECONDS: Final = 45


@dataclass(frozen=True)
class Token:
    """An access token and for how many seconds it holds. The value is a secret: never log it."""

    value: str
    seconds: int


# Given a token that no longer holds (or nothing), fetches another.
Fetch = Callable[[str], Awaitable[Token]]


class SharedToken:
    """One token, shared by every process through Redis under `name`."""

    def __init__(self, name: str) -> None:
        self._key = f"token:{name}"

    async def get(self, fetch: Fetch) -> str:
        """The token that is kept, else a new one.

        Raises:
            redis.RedisError: Redis is away.
            Whatever `fetch` raises.
        """
        return await self.renew("", fetch)

    async def renew(self, stale: str, fetch: Fetch) -> str:
        """Another token than `stale`. Of all who ask for one at once, only the first fetches.

        Raises: as `get`.
        """
        async with self._redis() as redis:
            kept = await redis.get(self._key)
            if kept and kept != stale:
                return str(kept)
            async with redis.lock(f"{self._key}:lock", timeout=LOCK_SECONDS):
                kept = await redis.get(self._key)
                if kept and kept != stale:
                    return str(kept)
                token = await fetch(stale)
                await redis.set(self._key, token.value, ex=max(1, token.seconds - SPARE_SECONDS))
                return token.value

    @staticmethod
    @asynccontextmanager
    async def _redis() -> "AsyncIterator[aioredis.Redis]":
        client = aioredis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
        try:
            yield client
        finally:
            await client.aclose()
