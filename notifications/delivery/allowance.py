"""How many messages a provider, or one address, may be sent now."""

import time
from collections.abc import Sequence

from notifications.channels.base import Message, Provider
from notifications.channels.outcomes import NotSent, Outcome, Reason
from notifications.delivery import providers
from notifications.delivery.results import OWN_LIMIT


def allowance(provider: Provider, route: str, wait_seconds: float = 0.0) -> int:
    """Return how many messages the account may send now; if none, wait at most so long for one."""
    wanted = providers.most_at_once(provider, route)
    if provider.limits.each_address:
        return wanted
    taken, wait = providers.take(provider.name, provider.limits, wanted)
    if not taken and wait_seconds:
        time.sleep(min(wait, wait_seconds))
        taken, _ = providers.take(provider.name, provider.limits, wanted)
    return taken


def within_limits(
    provider: Provider, batch: Sequence[Message]
) -> tuple[list[Message], list[tuple[Message, Outcome]]]:
    """Divide a batch into what each address may still be sent now, and the rest."""
    allowed: list[Message] = []
    refused: list[tuple[Message, Outcome]] = []
    for message in batch:
        name = f"{provider.name}:{providers.hashed(message.address)}"
        taken, wait = providers.take(name, provider.limits_of(message.address), 1)
        if taken:
            allowed.append(message)
        else:
            refused.append((message, NotSent(Reason.RATE_LIMITED, OWN_LIMIT, wait)))
    return allowed, refused
