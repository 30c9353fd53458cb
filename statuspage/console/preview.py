"""A draft as readers would see it: the page's entry, the messages, and how many get them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Channel
from notifications.delivery.previews import Preview as Message
from notifications.delivery.previews import previews_of
from statuspage.console.forms.compose import ComposeForm
from statuspage.statements.models import Statement
from statuspage.statements.selectors import newest
from statuspage.statements.texts import LANGUAGES


@dataclass(frozen=True)
class Preview:
    """A draft's document, its messages by channel and language, and the number of recipients."""

    document: Mapping[str, Any]
    messages: Sequence[Message]

    @property
    def recipients(self) -> int:
        """Addresses that will be written to, over all channels."""
        return sum(one.recipients for one in self.messages)

    @property
    def by_channel(self) -> list[tuple[Channel, list[int]]]:
        """Every channel with its recipients in the order of `languages`."""
        rows = {one.channel.name: (one.channel, [0] * len(LANGUAGES)) for one in self.messages}
        for one in self.messages:
            rows[one.channel.name][1][LANGUAGES.index(one.language)] = one.recipients
        return list(rows.values())

    @property
    def languages(self) -> Sequence[str]:
        """The languages in which the page shows it."""
        return LANGUAGES

    @property
    def sms(self) -> Sequence[Message]:
        """The messages to telephones, which are paid for by the segment."""
        return [one for one in self.messages if one.channel.address_kind == AddressKind.PHONE]

    @property
    def others(self) -> Sequence[Message]:
        """The messages of every other channel."""
        return [one for one in self.messages if one.channel.address_kind != AddressKind.PHONE]


def preview_of(form: ComposeForm) -> Preview:
    """The preview of what is written in the form so far."""
    document = form.draft(number=_next_number())
    return Preview(document, previews_of(document))


def _next_number() -> int:
    """The number the statement will have, unless another is published first."""
    last: Statement | None = newest(1).first()
    return last.number + 1 if last else 1
