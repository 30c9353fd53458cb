"""Tell a reader whom WeChat does not know from an account of ours whose readers they are not.

Each account has OpenIDs of its own. With the id of another account in the settings WeChat answers
40003 to every one of them, which says nothing about any reader.
"""

from collections.abc import AsyncIterator
from typing import Final

from notifications.channels.base import Message
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason

# So many readers at once, and nobody beside them, are no coincidence.
TOO_MANY: Final = 5
# WeChat knows the reader, and what they decided.
DECIDED: Final = frozenset({Reason.OPTED_OUT, Reason.NOT_A_FOLLOWER, Reason.NO_CONSENT})


async def told_apart(
    outcomes: AsyncIterator[tuple[Message, Outcome]],
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
    ours = not known and len(strangers) >= TOO_MANY
    for message, failed in strangers:
        yield message, NotSent(Reason.NO_CREDENTIALS, failed.code) if ours else failed


def _is_known(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted) or outcome.reason in DECIDED
