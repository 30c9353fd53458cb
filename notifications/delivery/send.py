"""Send what is due on a channel: claim, decrypt, send, write results."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import redis
from django.conf import settings

from notifications.channels import channel as find_channel
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Channel, Content, Message
from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason
from notifications.delivery import budget, loop, providers
from notifications.delivery.claim import Claimed, claim
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.render import bulletin_of
from notifications.delivery.results import OWN_LIMIT, ClaimLease
from notifications.hints import wake_send
from notifications.subscribers.crypto import decrypt
from statuspage.statements.models import Statement

# One task sends for so long and then lets others in the queue run.
SLICE_SECONDS: Final = 5.0

logger = logging.getLogger(__name__)


def send_due(channel_name: str) -> bool:
    """Send what is due on a channel for one slice of time.

    Returns True when there may be more. A channel without credentials sends nothing; its
    deliveries wait, and the console shows it. Nothing is sent without Redis, which holds the
    limits that all workers share; the sweep tries again.
    """
    channel = find_channel(channel_name)
    until = time.monotonic() + SLICE_SECONDS
    try:
        while time.monotonic() < until:
            if not send_batch(channel):
                return False
    except redis.RedisError as error:
        logger.warning("%s waits for Redis: %s", channel_name, type(error).__name__)
        return False
    return True


def send_batch(channel: Channel) -> int:
    """Claim and send one batch within the provider's limits; return how many rows it took.

    Raises:
        redis.RedisError: Redis is away; nothing was claimed, or all of it was settled.
    """
    provider = providers.provider_of(channel)
    if provider is None:
        return 0
    allowed = _allowance(provider)
    if not allowed:
        return 0
    began = time.monotonic()
    claimed, taken = claim(channel.name, allowed, provider.name)
    if taken == settings.DELIVERY_BATCH:
        _wake_another(channel)
    if not provider.limits.each_address:
        providers.give_back(provider.name, provider.limits, allowed - len(claimed))
    if claimed:
        _send(provider, ClaimLease(provider, claimed, began))
    return taken


def _wake_another(channel: Channel) -> None:
    """Ask one more process to send what a full batch leaves, once all deliveries are there.

    Until then one process is enough for what there is, and leaves the machine to the expansion.
    """
    if not Broadcast.objects.filter(state=BroadcastState.EXPANDING).exists():
        wake_send(channel.name)


def _allowance(provider: Channel) -> int:
    """Return how many messages the account may send now; wait a moment when that is none."""
    wanted = providers.most_at_once(provider)
    if provider.limits.each_address:
        return wanted
    taken, wait = providers.take(provider.name, provider.limits, wanted)
    if not taken:
        time.sleep(min(wait, 1.0))
        taken, _ = providers.take(provider.name, provider.limits, wanted)
    return taken


def _send(provider: Channel, holding: ClaimLease) -> None:
    """Send claimed deliveries, writing results and renewing leases on the way."""
    outcomes: list[Outcome] = []
    unsent: list[Message] = []
    for message, outcome in _outcomes(provider, holding):
        holding.settle(message.delivery_id, outcome, message.content.segments)
        outcomes.append(outcome)
        if isinstance(outcome, Failed | NotSent) and outcome.reason != Reason.BUDGET:
            unsent.append(message)
    holding.write_all()
    _log_batch(provider, holding, outcomes)
    if provider.address_kind == AddressKind.PHONE:
        budget.give_back(unsent)
    if not provider.limits.each_address:
        providers.note(provider, outcomes)


def _log_batch(provider: Channel, holding: ClaimLease, outcomes: Sequence[Outcome]) -> None:
    """Log one line with the deliveries' ids, by which a complaint is followed up."""
    counts = Counter(type(outcome).__name__ for outcome in outcomes)
    summary = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    ids = [one.id for one in holding.claimed]
    logger.info(
        *("%s: deliveries %d to %d: %s", provider.name, min(ids), max(ids), summary),
        extra={"deliveries": ids},
    )


def _outcomes(provider: Channel, holding: ClaimLease) -> Iterator[tuple[Message, Outcome]]:
    batch = _messages(provider, holding)
    if provider.limits.each_address:
        batch, refused = _within_limits(provider, batch)
        yield from refused
    if provider.address_kind == AddressKind.PHONE:
        batch, stopped = budget.reserve(batch)
        yield from ((message, Failed(Reason.BUDGET)) for message in stopped)
    if batch:
        yield from loop.stream(provider.send(batch))


def _messages(channel: Channel, holding: ClaimLease) -> list[Message]:
    """Compose the batch; one that fails must not keep the others from being sent."""
    content_of = contents(channel)
    batch = []
    for one in holding.claimed:
        try:
            batch.append(message_of(one, content_of(one), holding.ours))
        except Exception as error:
            log_error(one, error)
            holding.settle(one.id, NotSent(Reason.OTHER, type(error).__name__))
    return batch


def log_error(one: Claimed, error: Exception) -> None:
    """Log an error without its message and traceback: both may quote the address."""
    logger.error("delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id})


def message_of(one: Claimed, content: Content, ours: Callable[[], bool] = lambda: True) -> Message:
    """Return the message for a claimed delivery, with its address decrypted."""
    return Message(
        delivery_id=one.id,
        attempt_id=one.attempt_id,
        address=decrypt(one.sealed, one.kind),
        content=content,
        secret=decrypt(one.sealed_secret, one.kind) if one.sealed_secret else "",
        ours=ours,
    )


def contents(channel: Channel) -> Callable[[Claimed], Content]:
    """Return a function that composes each statement once per language, not per recipient."""

    @cache
    def document(number: int) -> Any:
        return Statement.objects.values_list("document", flat=True).get(pk=number)

    @cache
    def composed(number: int, language: str) -> Content:
        return channel.compose(bulletin_of(document(number), language))

    return lambda one: composed(one.statement_number, one.language)


def _within_limits(
    channel: Channel, batch: Sequence[Message]
) -> tuple[list[Message], list[tuple[Message, Outcome]]]:
    """Divide a batch into what each address may still be sent now, and the rest."""
    allowed: list[Message] = []
    refused: list[tuple[Message, Outcome]] = []
    for message in batch:
        name = f"{channel.name}:{providers.hashed(message.address)}"
        taken, wait = providers.take(name, channel.limits, 1)
        if taken:
            allowed.append(message)
        else:
            refused.append((message, NotSent(Reason.RATE_LIMITED, OWN_LIMIT, wait)))
    return allowed, refused
