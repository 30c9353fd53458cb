"""HTTP to providers: hard timeouts, bounded answers, and what a broken connection means."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver
from django.conf import settings
from yarl import URL

from notifications.channels.outcomes import NotSent, Reason, Unknown

AT_ONCE: Final = 32
MAX_ANSWER_BYTES: Final = 1024 * 1024
MAX_RETRY_AFTER_SECONDS: Final = 3600.0

# What a request can raise on its way: outcomes, never errors of ours.
ERRORS: Final = (aiohttp.ClientError, OSError, TimeoutError)
# Raised before the first byte of the request leaves, so that nothing can have been sent.
BEFORE_SENDING: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class AnswerTooLong(aiohttp.ClientError):
    """No provider answers with so much."""


class RateLimited(Exception):
    """HTTP 429, for packages whose own error would drop its Retry-After, in seconds."""

    def __init__(self, wait: float | None) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """A provider's answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


@asynccontextmanager
async def session(resolver: AbstractResolver | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A session for one batch, its connections kept alive between the batch's messages.

    It is not kept for the next batch: a connection that the provider has closed meanwhile fails
    while sending, and then nobody knows whether the message went out.
    """
    seconds = settings.DELIVERY_TIMEOUT_SECONDS
    timeout = aiohttp.ClientTimeout(
        total=seconds * 2, connect=seconds, sock_connect=seconds, sock_read=seconds
    )
    connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=resolver)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    ) as opened:
        yield opened


async def request(
    opened: aiohttp.ClientSession, method: str, url: str | URL, **options: Any
) -> Answer:
    """One request, never redirected, with its answer.

    Raises:
        aiohttp.ClientError, OSError, TimeoutError: see `outcome_of`.
    """
    async with opened.request(method, url, allow_redirects=False, **options) as response:
        body = b""
        async for chunk in response.content.iter_chunked(8192):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise AnswerTooLong
        return Answer(response.status, response.headers, body)


def outcome_of(error: BaseException) -> NotSent | Unknown:
    """What a failed request means for its message. The code names the error, nothing more."""
    code = type(error).__name__
    if isinstance(error, BEFORE_SENDING):
        return NotSent(Reason.CONNECTION, code)
    return Unknown(Reason.TIMEOUT if isinstance(error, TimeoutError) else Reason.CONNECTION, code)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After header, from 0 to an hour; None where there is none."""
    value = headers.get("Retry-After", "").strip()
    seconds = float(value) if value.isascii() and value.isdigit() else _seconds_until(value)
    return None if seconds is None else min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _seconds_until(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
