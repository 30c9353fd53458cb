"""The interface of channels, the messages that they send, and the channels by name."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    LookupResult,
    Outcome,
    ProviderReceipt,
)

C = TypeVar("C", bound="Channel")
Answer = ProviderReceipt | LookupResult
# Receipts name their delivery; codes and alarms have none, and no delivery has this id.
NO_DELIVERY: Final = 0


@dataclass(frozen=True)
class Bulletin:
    """One statement in one language, as input for every channel."""

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
    # Short messages use `brief` instead of the body; long ones add the details.
    brief: str = ""
    # Words of its author for a medium with little room, by its name (statements/short.py).
    short: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    # Said in front of everything in a message that is only a test.
    mark: str = ""
    # Readers check it on the verification page.
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
    """One content to one address. `address` is in clear text: never log it.

    `ours` is called just before sending: a process that was paused for longer than its lease must
    not send a message that another process may have sent since.
    """

    delivery_id: int
    attempt_id: UUID
    address: str
    content: Content
    secret: str = ""
    # The page that stops the messages to this address, where there is one (e-mail).
    stop_url: str = ""
    # After a restore, when ids say nothing: a look-up takes any of these texts for this message.
    texts: Sequence[str] = ()
    ours: Callable[[], bool] = lambda: True

    @property
    def repeat_id(self) -> str:
        """An id that is the same at every try of one delivery: receivers recognise repetitions.

        A message that belongs to no delivery (id 0) is never repeated: its attempt names it.
        """
        return str(self.delivery_id) if self.delivery_id else self.attempt_id.hex


@dataclass(frozen=True)
class Awaited:
    """An accepted message whose receipt never came. `address` is in clear text: never log it."""

    delivery_id: int
    attempt_id: UUID
    provider_id: str
    address: str
    sent_at: datetime


@dataclass(frozen=True)
class Limits:
    """How fast a provider may be asked: by the whole account, or by each address."""

    per_second: float
    burst: int
    each_address: bool = False


class Channel(ABC):
    """One way to reach a subscriber, independent of tables and of other channels."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    address_kind: ClassVar[AddressKind]
    # The channel whose messages this one sends while the other's provider is down. Addresses,
    # choices and previews never refer to a stand-in.
    stands_in_for: ClassVar[str] = ""
    # How long after the first try the receiver recognises a repetition by its `repeat_id`, so that
    # repeating it is safe. Zero: never.
    recognises_repeats_for: ClassVar[timedelta] = timedelta(0)

    # Bytes of a callback, where its URL names a secret; 0: no more than anybody may send.
    longest_callback: ClassVar[int] = 0
    # The settings that are required to send, and the one that limits the messages a second.
    required_settings: ClassVar[tuple[str, ...]] = ()
    rate_setting: ClassVar[str] = ""

    @classmethod
    def recognises(cls, first_try: datetime, moment: datetime) -> bool:
        """Return whether a message first tried then may be repeated at that moment.

        Never where repetitions are not recognised, whatever the clocks say.
        """
        return bool(cls.recognises_repeats_for) and moment - first_try < cls.recognises_repeats_for

    @property
    def limits(self) -> Limits:
        """The provider's limits."""
        rate = getattr(settings, self.rate_setting)
        return Limits(per_second=rate, burst=rate)

    def configured(self) -> bool:
        """Return whether every required setting is set; if not, the console shows a warning."""
        return all(getattr(settings, name) for name in self.required_settings)

    @abstractmethod
    def compose(self, bulletin: Bulletin) -> Content:
        """Return the bulletin as this channel writes it. Pure: no network, no clock."""

    @abstractmethod
    def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message of the batch once, and yield each outcome as it is known.

        An iterator may be given more messages in the meantime. Those that it has when this ends
        are sent by another call.

        Never raises for a provider's answer or a broken network: those are outcomes.
        """

    async def look_up(self, message: Message, since: datetime) -> Accepted | LookupResult:
        """Ask the provider whether it has the message. CANNOT_TELL where there is no way to ask."""
        return LookupResult.CANNOT_TELL

    def can_be_asked(self) -> bool:
        """Return whether the provider can be asked about a message."""
        return type(self).look_up is not Channel.look_up

    async def ask_receipts(self, awaited: Sequence[Awaited]) -> Mapping[int, Answer]:
        """Ask what became of accepted messages whose receipt never came, by delivery id.

        ABSENT where the provider will never say more, as where there is no way to ask.
        """
        return {one.delivery_id: LookupResult.ABSENT for one in awaited}

    def callback_allowance(self, request: HttpRequest) -> int:
        """Return how many bytes the web server may read of a callback, judged by its URL alone."""
        if not self.longest_callback:
            return 0
        try:
            self.verify_callback(request)
        except BadSignature:
            return 0
        return self.longest_callback

    def verify_callback(self, request: HttpRequest) -> None:
        """Pass when the callback is from the provider.

        Raises:
            BadSignature: it is not, or this channel expects no callbacks.
        """
        raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read a verified callback.

        Raises:
            UnreadableCallback: it is malformed.
        """
        return Callback()


_CHANNELS: Final[dict[str, Channel]] = {}


def register(kind: type[C]) -> type[C]:
    """Register the one instance of a channel class under its name (a class decorator)."""
    _CHANNELS[kind.name] = kind()
    return kind


def channel(name: str) -> Channel:
    """Return the channel of that name.

    Raises:
        KeyError: there is none.
    """
    return _CHANNELS[name]


def channels() -> Sequence[Channel]:
    """Return every registered channel, ordered by name."""
    return [_CHANNELS[name] for name in sorted(_CHANNELS)]


def stand_in(name: str) -> Channel | None:
    """Return the channel that may send for the one of that name while its provider is down."""
    return next((one for one in channels() if one.stands_in_for == name), None)


def askable_channels() -> list[str]:
    """Return the names of the channels whose provider can be asked about a message."""
    return [one.name for one in channels() if one.can_be_asked()]


def reachable_channels() -> Sequence[Channel]:
    """Return the channels that addresses can have, by name: all but those that only stand in."""
    return [one for one in channels() if not one.stands_in_for]
