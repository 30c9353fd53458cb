"""Sending what is due on a channel: claim, decrypt, send, write results."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import redis

from notifications.channels import channel as find_channel
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Channel, Content, Message
from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason
from notifications.delivery import budget, failover, loop, ratelimit
from notifications.delivery.claim import Claimed, claim
from notifications.delivery.holding import Holding
from notifications.delivery.render import bulletin_of
from notifications.delivery.verdicts import OWN_LIMIT
from notifications.subscribers.crypto import decrypt
from statuspage.statements.models import Statement

# One task sends for so long and then makes room for others in the queue.
SLICE_SECONDS: Final = 5.0

logger = logging.getLogger(__name__)


def send_due(channel_name: str) -> bool:
    """Send what is due on a channel for one slice of time.

    Returns True when there may be more. A channel without credentials sends nothing; its
    deliveries wait, and the console says so. Without Redis, which holds the limits that all
    workers share, nobody may send; the sweep comes back to it.
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
    """Claim and send one batch within the provider's limits; returns how many rows it took.

    Raises:
        redis.RedisError: Redis is away; nothing was claimed, or all of it was dealt with.
    """
    provider = failover.provider_of(channel)
    if provider is None:
        return 0
    allowed = _allowance(provider)
    if not allowed:
        return 0
    began = time.monotonic()
    claimed, taken = claim(channel.name, allowed, provider.name)
    if not provider.limits.each_address:
        ratelimit.give_back(provider.name, provider.limits, allowed - len(claimed))
    if claimed:
        _send(provider, Holding(provider, claimed, began))
    return taken


def _allowance(provider: Channel) -> int:
    """How many messages the account may send now; waits a moment when that is none."""
    wanted = failover.most_at_once(provider)
    if provider.limits.each_address:
        return wanted
    taken, wait = ratelimit.take(provider.name, provider.limits, wanted)
    if not taken:
        time.sleep(min(wait, 1.0))
        taken, _ = ratelimit.take(provider.name, provider.limits, wanted)
    return taken


def _send(provider: Channel, holding: Holding) -> None:
    """Send claimed deliveries, writing results and renewing leases on the way."""
    met: list[Outcome] = []
    unsent: list[Message] = []
    for message, outcome in _outcomes(provider, holding):
        holding.settle(message.delivery_id, outcome, message.content.segments)
        met.append(outcome)
        if isinstance(outcome, Failed | NotSent) and outcome.reason != Reason.BUDGET:
            unsent.append(message)
    holding.write_all()
    _note(provider, holding, met)
    if provider.address_kind == AddressKind.PHONE:
        budget.give_back(unsent)
    if not provider.limits.each_address:
        failover.note(provider, met)


def _note(provider: Channel, holding: Holding, met: Sequence[Outcome]) -> None:
    """One line a batch: with the deliveries' ids, by which a complaint is followed up."""
    counts = Counter(type(outcome).__name__ for outcome in met)
    said = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    ids = [one.id for one in holding.claimed]
    logger.info(
        *("%s: deliveries %d to %d: %s", provider.name, min(ids), max(ids), said),
        extra={"deliveries": ids},
    )


def _outcomes(provider: Channel, holding: Holding) -> Iterator[tuple[Message, Outcome]]:
    batch = _messages(provider, holding)
    if provider.limits.each_address:
        batch, refused = _within_limits(provider, batch)
        yield from refused
    if provider.address_kind == AddressKind.PHONE:
        batch, stopped = budget.reserve(batch)
        yield from ((message, Failed(Reason.BUDGET)) for message in stopped)
    if batch:
        yield from loop.stream(provider.send(batch))


def _messages(channel: Channel, holding: Holding) -> list[Message]:
    """One that cannot be made must not keep the others of its batch from being sent."""
    content_of = contents(channel)
    batch = []
    for one in holding.claimed:
        try:
            batch.append(message_of(one, content_of(one), holding.ours))
        except Exception as error:
            # Neither message nor traceback: both may quote the address.
            logger.error(  # noqa: TRY400
                "delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id}
            )
            holding.settle(one.id, NotSent(Reason.OTHER, type(error).__name__))
    return batch


def message_of(one: Claimed, content: Content, ours: Callable[[], bool] = lambda: True) -> Message:
    """The message for a claimed delivery, its address in clear for as long as it takes."""
    return Message(
        delivery_id=one.id,
        attempt_id=one.attempt_id,
        address=decrypt(one.sealed, one.kind),
        content=content,
        secret=decrypt(one.sealed_secret, one.kind) if one.sealed_secret else "",
        ours=ours,
    )


def contents(channel: Channel) -> Callable[[Claimed], Content]:
    """Each statement is composed once a language, not once a recipient."""

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
    """Part a batch by what each address may still be sent now."""
    allowed: list[Message] = []
    refused: list[tuple[Message, Outcome]] = []
    for message in batch:
        name = f"{channel.name}:{ratelimit.hashed(message.address)}"
        taken, wait = ratelimit.take(name, channel.limits, 1)
        if taken:
            allowed.append(message)
        else:
            refused.append((message, NotSent(Reason.RATE_LIMITED, OWN_LIMIT, wait)))
    return allowed, refused
