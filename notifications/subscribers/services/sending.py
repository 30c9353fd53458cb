"""Making and sending codes, in a worker: no two workers ever send two for one request."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from notifications.channels import channel as find_channel
from notifications.channels.base import Message
from notifications.channels.outcomes import Failed, NotSent, Outcome
from notifications.subscribers.codes import code_content, code_hash, new_code
from notifications.subscribers.models import SignUp
from notifications.subscribers.selectors import clear_address

# Nobody waits longer for a code; one that comes later would only be alarming.
WORTH_SENDING_FOR: Final = timedelta(minutes=2)
BATCH: Final = 100
# Receipts name their delivery; a code is none, and no delivery has this id.
NO_DELIVERY: Final = 0


@dataclass(frozen=True)
class Claimed:
    """A sign-up whose code is ours to send, and the code in clear."""

    signup: SignUp
    code: str
    attempt_id: UUID

    def message(self) -> Message:
        """What the channel is given."""
        return Message(
            delivery_id=NO_DELIVERY,
            attempt_id=self.attempt_id,
            address=clear_address(self.signup),
            content=code_content(self.signup, self.code),
        )


def code_send(signup_id: int) -> int:
    """Send one sign-up's code; returns 0 when there is nothing to send (any more)."""
    return _send_claimed(_claim([signup_id]))


def codes_send_unsent() -> int:
    """Send every code that was asked for in the last two minutes and not sent; returns how many."""
    return _send_claimed(_claim(None))


def _claim(ids: Sequence[int] | None) -> list[Claimed]:
    """Put a new code into each unsent sign-up that no other worker holds.

    Committed before the first byte leaves: a crash after that costs one code, which the person
    asks for again; it never sends two.
    """
    with transaction.atomic():
        unsent = SignUp.objects.select_for_update(skip_locked=True).filter(
            code_sent_at=None, used_at=None, requested_at__gt=timezone.now() - WORTH_SENDING_FOR
        )
        if ids is not None:
            unsent = unsent.filter(pk__in=ids)
        claimed = [Claimed(one, new_code(), uuid4()) for one in unsent.order_by("pk")[:BATCH]]
        for one in claimed:
            one.signup.code_hash = code_hash(one.signup, one.code)
            one.signup.code_sent_at = timezone.now()
            one.signup.failure = ""
        fields = ["code_hash", "code_sent_at", "failure"]
        SignUp.objects.bulk_update([one.signup for one in claimed], fields)
    return claimed


def _send_claimed(claimed: Sequence[Claimed]) -> int:
    by_channel = sorted(claimed, key=lambda one: one.signup.channel)
    for name, group in groupby(by_channel, key=lambda one: one.signup.channel):
        batch = list(group)
        outcomes = asyncio.run(_send(name, [one.message() for one in batch]))
        for one in batch:
            _record(one, outcomes[one.attempt_id])
    return len(claimed)


async def _send(channel_name: str, batch: Sequence[Message]) -> dict[UUID, Outcome]:
    channel = find_channel(channel_name)
    return {message.attempt_id: outcome async for message, outcome in channel.send(batch)}


def _record(claimed: Claimed, outcome: Outcome) -> None:
    """Note a failure, unless a newer code has been asked for meanwhile.

    What was certainly not sent is put back for the sweep; what may have been sent is not.
    """
    mine = SignUp.objects.filter(pk=claimed.signup.pk, code_hash=claimed.signup.code_hash)
    if isinstance(outcome, Failed):
        mine.update(failure=outcome.reason)
    elif isinstance(outcome, NotSent):
        mine.update(failure=outcome.reason, code_hash="", code_sent_at=None)
