"""Sending a batch with many messages in flight, each outcome told as it is known."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from notifications.channels.base import Message
from notifications.channels.http import AT_ONCE
from notifications.channels.outcomes import NotSent, Outcome, Reason, Unknown

logger = logging.getLogger(__name__)

SendOne = Callable[[Message], Awaitable[Outcome]]


async def each(
    batch: Sequence[Message], send_one: SendOne, at_once: int = AT_ONCE
) -> AsyncIterator[tuple[Message, Outcome]]:
    """Send every message once, `at_once` at a time, and yield outcomes in order of completion."""
    places = asyncio.Semaphore(at_once)

    async def one(message: Message) -> tuple[Message, Outcome]:
        async with places:
            return await guarded(send_one, message)

    tasks = [asyncio.ensure_future(one(message)) for message in batch]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def guarded(send_one: SendOne, message: Message) -> tuple[Message, Outcome]:
    """An error of our own must not take the batch with it, nor be taken for "not sent"."""
    if not message.ours():
        return message, NotSent(Reason.OTHER, "lease")
    try:
        return message, await send_one(message)
    except Exception as error:
        # Neither message nor traceback: both may quote the address.
        logger.error(  # noqa: TRY400
            "delivery %d: %s",
            message.delivery_id,
            type(error).__name__,
            extra={"delivery": message.delivery_id},
        )
        return message, Unknown(Reason.OTHER, type(error).__name__)
