"""HTTP to providers: hard timeouts, bounded answers, and what a broken connection means."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Final

import aiohttp
from django.conf import settings
from yarl import URL

from notifications.channels.base import Message
from notifications.channels.outcomes import (
    Failed,
    NotAccepted,
    NotSent,
    Outcome,
    Reason,
    Refusal,
    Unknown,
)
from statuspage.lib.database_clock import database_now_reckoned

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

SendOne = Callable[[Message], Awaitable[Outcome]]

logger = logging.getLogger(__name__)


class AnswerTooLong(aiohttp.ClientError):
    """The answer is longer than any provider's."""


@dataclass(frozen=True)
class ProviderResponse:
    """A provider's answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; an empty one if it is not a JSON object."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


@asynccontextmanager
async def session(
    connector: aiohttp.TCPConnector | None = None,
) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session for one batch, its connections kept alive between the batch's messages.

    It is not kept for the next batch: a connection that the provider has closed since fails
    while sending, and then nobody knows whether the message went out.
    """
    seconds = settings.DELIVERY_TIMEOUT_SECONDS
    timeout = aiohttp.ClientTimeout(
        total=seconds * 2, connect=seconds, sock_connect=seconds, sock_read=seconds
    )
    async with aiohttp.ClientSession(
        connector=connector or aiohttp.TCPConnector(limit=AT_ONCE),
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as opened:
        yield opened


async def request(
    opened: aiohttp.ClientSession, method: str, url: str | URL, **options: Any
) -> ProviderResponse:
    """Send one request, without following redirects, and return its answer.

    Raises:
        NotAccepted: there was no answer.
    """
    try:
        async with opened.request(method, url, allow_redirects=False, **options) as response:
            body = b""
            async for chunk in response.content.iter_chunked(8192):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise AnswerTooLong
            return ProviderResponse(response.status, response.headers, body)
    except ERRORS as error:
        raise NotAccepted(outcome_of(error)) from error


async def each(
    batch: Iterable[Message], send_one: SendOne, at_once: int = AT_ONCE
) -> AsyncIterator[tuple[Message, Outcome]]:
    """Send every message once, `at_once` at a time, and yield outcomes in order of completion.

    A message is taken from the batch only when it is sent: until then it can be put back.
    """
    waiting, running = iter(batch), set[asyncio.Task[tuple[Message, Outcome]]]()
    try:
        while True:
            free = at_once - len(running)
            running |= {
                asyncio.create_task(guarded(send_one, message)) for message in islice(waiting, free)
            }
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                yield one.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def guarded(send_one: SendOne, message: Message) -> tuple[Message, Outcome]:
    """Send one message; an error of our own neither stops the batch nor counts as "not sent"."""
    if not message.ours():
        return message, NotSent(Reason.OTHER, "lease")
    try:
        return message, await send_one(message)
    except NotAccepted as refusal:
        return message, refusal.outcome
    except Exception as error:
        # Neither message nor traceback: both may quote the address.
        logger.error(  # noqa: TRY400
            "delivery %d: %s",
            message.delivery_id,
            type(error).__name__,
            extra={"delivery": message.delivery_id},
        )
        return message, Unknown(Reason.OTHER, type(error).__name__)


def outcome_of(error: BaseException) -> NotSent | Unknown:
    """Return what a failed request means for its message; the code only names the error."""
    code = type(error).__name__
    if isinstance(error, BEFORE_SENDING):
        return NotSent(Reason.CONNECTION, code)
    return Unknown(Reason.TIMEOUT if isinstance(error, TimeoutError) else Reason.CONNECTION, code)


def without_code(answer: ProviderResponse, *, readable: bool) -> NotSent | Unknown | None:
    """Return what a 429 or a malformed answer means; None for any other answer.

    A 4xx refuses the request, whoever says so: the provider, or a proxy in front of it.
    """
    if answer.status == 429:
        return rate_limited(answer.headers)
    if readable:
        return None
    code = str(answer.status)
    if 400 <= answer.status < 500:
        return NotSent(Reason.UNKNOWN_CODE, code)
    return Unknown(Reason.PROVIDER_ERROR, code)


def rate_limited(headers: Mapping[str, str]) -> NotSent:
    """Return what HTTP 429 means."""
    return NotSent(Reason.RATE_LIMITED, "429", retry_after(headers))


def meaning(errors: Mapping[Any, Refusal], code: int | str) -> Refusal:
    """Return what the code of a refused request means by its provider's table.

    One that is not there was not sent: only what is known to be about this recipient or this text
    has failed.
    """
    return replace(errors.get(code, NotSent(Reason.UNKNOWN_CODE)), code=str(code))


def reported(errors: Mapping[Any, Refusal], code: int | str) -> Refusal:
    """Return what a code in a receipt means by its provider's table.

    One that is not there has failed: the message was on its way, and may not be repeated.
    """
    return replace(errors.get(code, Failed(Reason.OTHER)), code=str(code))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, from 0 to an hour; None where there is none.

    A moment is one of the provider's clock, which the Date of the same answer tells.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        seconds: float | None = float(value)
    else:
        now = _moment(headers.get("Date", "")) or database_now_reckoned()
        until = _moment(value)
        seconds = (until - now).total_seconds() if until else None
    return None if seconds is None else min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
