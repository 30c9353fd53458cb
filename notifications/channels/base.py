"""What a channel is, and what it is given to send."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import BadSignature, Callback, Found, Outcome, Trace


@dataclass(frozen=True)
class Bulletin:
    """One statement in one language, in words that fit every channel."""

    number: int
    kind: str
    topic: str
    language: str
    operator: str
    name: str
    status: str
    status_label: str
    body: str
    next_update_by: datetime | None
    published_at: datetime
    url: str
    document: Mapping[str, Any]
    # What a short message says in place of the body, and what a long one adds to it.
    brief: str = ""
    details: tuple[str, ...] = ()
    # By which a reader finds out on the page whether a message is ours.
    code: str = ""


@dataclass(frozen=True)
class Content:
    """A bulletin as one channel will send it; the same for every reader of that language.

    `segments` is the number of billed parts, `data` what a channel needs beyond text.
    """

    text: str
    subject: str = ""
    html: str = ""
    segments: int = 1
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One content to one address. `address` is in clear: never log it.

    `ours` is asked just before the message is sent: a process that was paused for longer than its
    lease must not send what another may have sent meanwhile.
    """

    delivery_id: int
    attempt_id: UUID
    address: str
    content: Content
    secret: str = ""
    ours: Callable[[], bool] = lambda: True

    @property
    def repeat_id(self) -> str:
        """The same at every try of one delivery, for receivers that recognise repetitions.

        A message that belongs to no delivery (id 0) is never repeated: its attempt names it.
        """
        return str(self.delivery_id) if self.delivery_id else self.attempt_id.hex


@dataclass(frozen=True)
class Limits:
    """How fast a provider may be asked: by the whole account, or by each address."""

    per_second: float
    burst: int
    each_address: bool = False


class Channel(ABC):
    """One way to reach a subscriber.

    A channel knows its provider and nothing else: neither a table nor another channel.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    address_kind: ClassVar[AddressKind]
    # The channel whose messages it sends while that one's provider is down. Nobody subscribes to
    # a stand-in: addresses, choices and previews know only the channel that it stands in for.
    stands_in_for: ClassVar[str] = ""
    # For how long after the first try the receiver recognises a repetition of the same message
    # (by its `repeat_id`), so that repeating it is safe. Zero: never.
    recognises_repeats_for: ClassVar[timedelta] = timedelta(0)

    @property
    @abstractmethod
    def limits(self) -> Limits:
        """The provider's limits."""

    @abstractmethod
    def configured(self) -> bool:
        """False when the credentials are not set: then nothing is sent, and the console says so."""

    @abstractmethod
    def compose(self, bulletin: Bulletin) -> Content:
        """The bulletin as this channel writes it. Pure: no network, no clock."""

    @abstractmethod
    def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message of the batch once, and yield each outcome as it is known.

        Never raises for a provider's answer or a broken network: those are outcomes.
        """

    async def look_up(self, message: Message, since: datetime) -> Found | Trace:
        """Ask the provider whether it has the message. Providers that cannot be asked: that."""
        return Trace.CANNOT_TELL

    def verify_callback(self, request: HttpRequest) -> None:
        """Pass when the callback is from the provider.

        Raises:
            BadSignature: it is not, or this channel expects no callbacks.
        """
        raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read a verified callback.

        Raises:
            Unreadable: it makes no sense.
        """
        return Callback()
