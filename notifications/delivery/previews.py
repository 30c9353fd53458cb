"""What a statement will look like on each channel, and how many it will reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notifications.channels import channels
from notifications.channels.base import Channel, Content
from notifications.delivery.audience import audience_count, audience_of
from notifications.delivery.render import bulletin_of
from statuspage.statements.texts import LANGUAGES


@dataclass(frozen=True)
class Preview:
    """One channel in one language: the content as it will be sent, and to how many addresses."""

    channel: Channel
    language: str
    content: Content
    recipients: int


def previews_of(document: Mapping[str, Any]) -> list[Preview]:
    """A preview for every channel and language; nothing is stored or sent."""
    counts = audience_count(audience_of(document))
    bulletins = {language: bulletin_of(document, language) for language in LANGUAGES}
    return [
        Preview(
            channel=channel,
            language=language,
            content=channel.compose(bulletin),
            recipients=counts.get((channel.name, language), 0),
        )
        for channel in channels()
        for language, bulletin in bulletins.items()
    ]
