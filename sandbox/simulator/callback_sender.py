"""Posts the providers' callbacks, a bounded number at a time."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp

from sandbox.simulator.guard import may_call
from sandbox.simulator.overrides import Overrides
from sandbox.simulator.settings import Settings
from sandbox.simulator.store import Message, Store

AT_ONCE: Final = 24
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
    answered: Callable[[str], None] = lambda body: None
    # None: as often as the settings say, after any failure.
    overrides: Overrides | None = None


class CallbackSender:
    """Delivers callbacks, a bounded number at a time, and retries those not accepted."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, callback: Callback) -> None:
        """Deliver a callback soon; one beyond this machine is noted and never posted."""
        if not may_call(callback.url):
            self._store.note(f"refused to post a callback beyond this machine: {callback.url}")
            return
        task = asyncio.create_task(self._deliver(callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        """Open the connections."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=AT_ONCE), timeout=TIMEOUT, trust_env=False
        )

    async def stop(self) -> None:
        """Close the connections; what still waits is lost, as with any provider's outage."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _deliver(self, callback: Callback) -> None:
        asked = callback.overrides if self._settings.connection_overrides else None
        retries = asked.retries if asked else self._settings.callback_retries
        spent = 0.0
        for _ in range(1 + retries):
            async with self._slots:
                began = time.monotonic()
                failure = await self._try(callback)
                spent += time.monotonic() - began
            if not failure or (asked and not asked.retry_after(failure, spent)):
                return
            await asyncio.sleep(self._settings.callback_retry_ms / 1000)

    async def _try(self, callback: Callback) -> str:
        """Post it once; return how that failed, or nothing."""
        status, answer, failure = 0, "", "rt"
        try:
            async with self._session.post(
                callback.url, data=callback.body, headers=callback.headers, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.text(errors="replace")
                failure = f"{status // 100}xx"
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
            failure = "ct" if isinstance(error, aiohttp.ClientConnectorError) else "rt"
        taken, message = 200 <= status < 300, callback.message
        attempt = {
            "at": time.time(),
            "says": callback.says,
            "http": status,
            "answer": "" if taken else answer[:200],
        }
        self._store.change(
            message, attempts=[*message.attempts, attempt], updated_at=message.updated_at
        )
        if taken:
            callback.answered(answer)
        return "" if taken else failure
