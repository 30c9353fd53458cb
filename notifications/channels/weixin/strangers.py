"""Tell a reader whom WeChat does not know from an account of ours whose readers they are not.

Each account has OpenIDs of its own. With the id of another account in the settings WeChat answers
40003 to every one of them, which says nothing about any reader.
"""

from collections.abc import AsyncIterator
from typing import Final

from redis.exceptions import RedisError

from notifications.channels.base import Message
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from statuspage.lib.redis_client import async_client

# So many readers at once, and nobody beside them, are no coincidence.
TOO_MANY: Final = 5
# Those who are tried again come a few at a time: for so long after the last ones it is remembered.
REMEMBERED_SECONDS: Final = 3600
# WeChat knows the reader, and what they decided.
DECIDED: Final = frozenset({Reason.OPTED_OUT, Reason.NOT_A_FOLLOWER, Reason.NO_CONSENT})


async def told_apart(
    outcomes: AsyncIterator[tuple[Message, Outcome]], app_id: str
) -> AsyncIterator[tuple[Message, Outcome]]:
    """Yield the outcomes of a batch; that an OpenID is unknown only once it is clear why."""
    strangers: list[tuple[Message, Failed]] = []
    known = False
    async for message, outcome in outcomes:
        known = known or _is_known(outcome)
        if isinstance(outcome, Failed) and outcome.reason == Reason.BAD_ADDRESS and not known:
            strangers.append((message, outcome))
        else:
            yield message, outcome
    many = len(strangers) >= TOO_MANY
    ours = await _knows_nobody(app_id, known=known, many=many) if known or strangers else False
    for message, failed in strangers:
        yield message, NotSent(Reason.NO_CREDENTIALS, failed.code) if ours else failed


async def _knows_nobody(app_id: str, *, known: bool, many: bool) -> bool:
    """Return whether none of our readers is one of the account's, as this batch or the last show.

    Without Redis each batch is judged by itself.
    """
    name = f"strangers:{app_id}"
    try:
        async with async_client() as redis:
            if known:
                await redis.delete(name)
            elif many:
                await redis.set(name, 1, ex=REMEMBERED_SECONDS)
            else:
                return bool(await redis.expire(name, REMEMBERED_SECONDS))
    except RedisError:
        pass
    return many and not known


def _is_known(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted) or outcome.reason in DECIDED
