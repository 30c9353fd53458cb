"""Posts the providers' callbacks: a queue with a bounded number of workers."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from notifications.simulator.guard import may_call
from notifications.simulator.settings import Settings
from notifications.simulator.store import Message, Store

WORKERS: Final = 24
# What Twilio gives a web server: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
TIMEOUT: Final = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True)
class Callback:
    """One callback to post: `says` names what it tells, `answered` is given the body of a 2xx."""

    message: Message
    url: str
    says: str
    body: bytes
    headers: Mapping[str, str]
    answered: Callable[[str], None] = field(default=lambda body: None)
    tried: int = 0


class Poster:
    """Delivers callbacks, and tries again what was not taken."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._queue: asyncio.Queue[Callback] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []

    def post(self, callback: Callback) -> None:
        """Queue a callback; one that points beyond this machine is noted and never posted."""
        if may_call(callback.url):
            self._queue.put_nowait(callback)
        else:
            self._store.note(f"refused to post a callback beyond this machine: {callback.url}")

    async def start(self) -> None:
        """Start the workers."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=WORKERS), timeout=TIMEOUT, trust_env=False
        )
        self._workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]

    async def stop(self) -> None:
        """Stop the workers; what is still queued is lost, as with any provider's outage."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._session.close()

    async def _work(self) -> None:
        while True:
            callback = await self._queue.get()
            if not await self._try(callback):
                self._try_again(callback)

    async def _try(self, callback: Callback) -> bool:
        status, answer = 0, ""
        try:
            async with self._session.post(
                callback.url, data=callback.body, headers=callback.headers, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        self._record(callback, status, answer)
        taken = 200 <= status < 300
        if taken:
            callback.answered(answer)
        return taken

    def _record(self, callback: Callback, status: int, answer: str) -> None:
        attempt = {
            "at": time.time(),
            "says": callback.says,
            "http": status,
            "answer": "" if 200 <= status < 300 else answer[:200],
        }
        message = callback.message
        self._store.change(
            message, attempts=[*message.attempts, attempt], updated_at=message.updated_at
        )

    def _try_again(self, callback: Callback) -> None:
        if callback.tried < self._settings.callback_retries:
            again = Callback(**{**vars(callback), "tried": callback.tried + 1})
            delay = self._settings.callback_retry_ms / 1000
            asyncio.get_running_loop().call_later(delay, self._queue.put_nowait, again)
