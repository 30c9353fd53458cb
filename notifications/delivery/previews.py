"""What a statement will look like on each channel, how many it will reach, and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Channel, Content
from notifications.channels.registry import reachable_channels
from notifications.delivery.audience import Crowd, audience_count, audience_of
from notifications.delivery.budget import price_of
from notifications.delivery.policy import channels_for
from notifications.delivery.render import bulletin_of
from statuspage.statements.texts import LANGUAGES


@dataclass(frozen=True)
class Preview:
    """One channel in one language: the content as it will be sent, and to how many addresses.

    `cost` is an estimate in settings.SMS_CURRENCY, by the price list; zero for what is free.
    `told` is false where the policy keeps this statement from the channel.
    """

    channel: Channel
    language: str
    content: Content
    recipients: int
    cost: Decimal
    told: bool


def previews_of(document: Mapping[str, Any]) -> list[Preview]:
    """A preview for every channel and language; nothing is stored or sent."""
    names = channels_for(document)
    crowds = audience_count(audience_of(document, tuple(names)))
    bulletins = {language: bulletin_of(document, language) for language in LANGUAGES}
    return [
        _preview(channel, language, channel.compose(bulletin), crowds, told=channel.name in names)
        for channel in reachable_channels()
        for language, bulletin in bulletins.items()
    ]


def _preview(
    channel: Channel, language: str, content: Content, crowds: Iterable[Crowd], *, told: bool
) -> Preview:
    mine = [one for one in crowds if (one.channel, one.language) == (channel.name, language)]
    return Preview(
        channel=channel,
        language=language,
        content=content,
        recipients=sum(one.count for one in mine),
        cost=_cost(channel, content, mine),
        told=told,
    )


def _cost(channel: Channel, content: Content, crowds: Iterable[Crowd]) -> Decimal:
    if channel.address_kind != AddressKind.PHONE:
        return Decimal(0)
    each = (one.count * price_of(f"+{one.country}") for one in crowds)
    return content.segments * sum(each, Decimal(0))
