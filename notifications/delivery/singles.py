"""Send single messages that are no deliveries: codes, tests, alarms, answers; by the same door."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Final
from uuid import UUID, uuid4

from django.db import DatabaseError
from redis.exceptions import RedisError

from notifications.channels import medium as find_medium
from notifications.channels.base import NO_DELIVERY, Content, Message, Note, Provider
from notifications.channels.countries import permitted
from notifications.channels.media import Medium
from notifications.channels.outcomes import Failed, NotSent, Outcome, Reason
from notifications.delivery import budget, loop, providers
from notifications.delivery.template_faults import templates_note
from notifications.delivery.templating import composed_note

NOBODY: Final = NotSent(Reason.NO_CREDENTIALS, "no provider")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Single:
    """One message to one address in clear text, which is never logged.

    `content_of` composes it for the provider that is to send it. Whoever sends it again gives the
    same `attempt_id`: receivers that can, recognise a repetition.
    """

    address: str
    content_of: Callable[[Provider], Content]
    secret: str = ""
    attempt_id: UUID = field(default_factory=uuid4)


def singles_send(medium_name: str, batch: Sequence[Single]) -> dict[UUID, Outcome]:
    """Send each message once, and return its outcome by `attempt_id`.

    What a provider certainly did not send goes to the next one; SMS as far as country and budget
    allow.
    """
    medium = find_medium(medium_name)
    found: dict[UUID, Outcome] = {}
    by_route = sorted(batch, key=lambda one: medium.route_of(one.address))
    for route, group in groupby(by_route, key=lambda one: medium.route_of(one.address)):
        found |= _by_route(medium, route, [*group])
    return found


def notes_send(medium_name: str, batch: Sequence[tuple[str, Note]]) -> list[Outcome]:
    """Send notes, each to one address in clear text; return the outcomes in the same order."""
    singles = [Single(address, partial(_composed, note)) for address, note in batch]
    found = singles_send(medium_name, singles)
    return [found[one.attempt_id] for one in singles]


def _composed(note: Note, provider: Provider) -> Content:
    return composed_note(provider, note)


def _by_route(medium: Medium, route: str, batch: Sequence[Single]) -> dict[UUID, Outcome]:
    found: dict[UUID, Outcome] = {one.attempt_id: NOBODY for one in batch}
    for provider in _in_turn(medium.able(route), route):
        left = [one for one in batch if isinstance(found[one.attempt_id], NotSent)]
        if left:
            found |= _by(medium, route, provider, left)
    return found


def _in_turn(able: Sequence[Provider], route: str) -> Sequence[Provider]:
    """Return the providers to try: those that are up, or all where none is or nobody knows."""
    try:
        return providers.those_up(able, route) or able
    except RedisError:
        return able


def _by(
    medium: Medium, route: str, provider: Provider, batch: Sequence[Single]
) -> dict[UUID, Outcome]:
    messages = [_message(provider, one) for one in batch]
    if not medium.costs:
        return _sent(provider, route, messages)
    found: dict[UUID, Outcome] = {
        one.attempt_id: Failed(Reason.COUNTRY) for one in messages if not permitted(one.address)
    }
    left = [one for one in messages if one.attempt_id not in found]
    month = budget.this_month()
    left, stopped = budget.reserve(left, month=month)
    found |= {one.attempt_id: Failed(Reason.BUDGET) for one in stopped}
    sent = _sent(provider, route, left)
    unsent = [one for one in left if isinstance(sent[one.attempt_id], Failed | NotSent)]
    budget.give_back(unsent, month)
    return found | sent


def _message(provider: Provider, one: Single) -> Message:
    content = one.content_of(provider).to(one.address)
    return Message(NO_DELIVERY, one.attempt_id, one.address, content, one.secret)


def _sent(provider: Provider, route: str, messages: Iterable[Message]) -> dict[UUID, Outcome]:
    settled = [*loop.stream(provider.send(messages))]
    outcomes = {one.attempt_id: sent for one, sent in settled}
    if not provider.limits.each_address:
        try:
            templates_note(provider, settled)
            providers.note(provider, providers.told_of(provider, settled), route)
        except (RedisError, DatabaseError) as error:  # an alarm that one of them is away
            logger.warning("%s: health is not noted: %s", provider.name, type(error).__name__)
    return outcomes
