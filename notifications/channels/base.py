"""The interface of providers, the messages that they send, and the providers by name."""

from abc import ABC, abstractmethod
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from notifications.channels.addresses import AddressKind
from notifications.channels.countries import MAINLAND_CODE
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    LookupResult,
    Outcome,
    ProviderReceipt,
    Reason,
)

P = TypeVar("P", bound="Provider")
Answer = ProviderReceipt | LookupResult
# Stores what a provider, given by its name, has sent; it raises where that is not stored.
Sink = Callable[[str, Callback], Awaitable[None]]
# Told the name of a provider that is connected again, before anything is sent there.
Connected = Callable[[str], Awaitable[None]]
# Receipts name their delivery; codes and alarms have none, and no delivery has this id.
NO_DELIVERY: Final = 0


@dataclass(frozen=True)
class Bulletin:
    """One statement in one language, as input for every provider."""

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
    """A bulletin as one provider will send it; the same for every reader of that language.

    `segments` is the number of billed parts, or of calls, `data` what a provider needs beyond text,
    and `abroad` what numbers outside mainland China get, where that is another text.
    """

    text: str
    subject: str = ""
    html: str = ""
    segments: int = 1
    # What is billed, by the medium whose prices hold: parts of an SMS, or calls.
    billed_as: str = "sms"
    data: Mapping[str, Any] = field(default_factory=dict)
    abroad: "Content | None" = None

    def to(self, address: str) -> "Content":
        """Return what this address gets."""
        foreign = address.startswith("+") and not address.startswith(MAINLAND_CODE)
        return self.abroad if self.abroad and foreign else self

    def variants(self) -> "tuple[Content, ...]":
        """Return every text of it: to the mainland or everywhere, and abroad where that differs."""
        return (self, self.abroad) if self.abroad else (self,)


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


@dataclass(frozen=True)
class MessageTemplate:
    """A text that a provider has approved, and what its variables stand for.

    `fields` names for each variable of the provider the fact that fills it (facts.py). It is for
    statements of a kind ("notice.delay"), or notes, with a moment, in a language, and for numbers
    abroad or at home; what is empty is for all of them. `settled`: the settings name it.
    """

    provider_id: str
    text: str = ""
    signature: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    moment: str = ""
    language: str = ""
    abroad: bool = False
    settled: bool = False


@dataclass(frozen=True)
class Note:
    """Words to one person that are no statement: a code, an answer, an alarm.

    `facts` are the values in it by name, for providers that only send approved templates.
    """

    kind: str
    language: str
    operator: str
    text: str
    subject: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataRecipient:
    """Who gets readers' addresses, for the privacy notice, in the active language.

    `abroad` is the country, empty for mainland China; `contact` is where rights are exercised.
    """

    name: str
    receives: str
    purpose: str
    contact: str = ""
    abroad: str = ""


class Provider(ABC):
    """One company or server that sends for a medium, independent of tables and of the others."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    medium: ClassVar[str]
    address_kind: ClassVar[AddressKind]
    # Its place among the medium's providers where no setting orders them: the lowest is first.
    order: ClassVar[int] = 100
    # What else its callbacks' address may name: operators have entered it at the provider.
    former_names: ClassVar[tuple[str, ...]] = ()
    # All its messages go through one account of ours, so that a fault of it refuses every one.
    one_account: ClassVar[bool] = True
    # It sends approved templates and no free text (templated.py).
    uses_templates: ClassVar[bool] = False
    # Each message needs a consent of its reader.
    uses_consents: ClassVar[bool] = False
    # How long after the first try the receiver recognises a repetition by its `repeat_id`, so that
    # repeating it is safe. Zero: never.
    recognises_repeats_for: ClassVar[timedelta] = timedelta(0)
    # How long it may take a repetition for what it took and then did not send: sent again sooner,
    # that would be answered as if it had gone out.
    remembers_for: ClassVar[timedelta] = timedelta(0)

    # What passes by itself and says nothing of a message: tried for as long as anything is tried,
    # however often. Not where each reader's own server may be gone for good.
    outwaits: ClassVar[frozenset[Reason]] = frozenset({Reason.CONNECTION, Reason.PROVIDER_ERROR})

    # Bytes of a callback, where its URL names a secret; 0: no more than anybody may send.
    longest_callback: ClassVar[int] = 0
    # Whether a longer one is cut instead of refused.
    cuts_callbacks: ClassVar[bool] = False
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

    def limits_of(self, address: str) -> Limits:
        """Return the limits of one address in clear text: the provider's, if it has no others."""
        return self.limits

    def recipient(self) -> DataRecipient | None:
        """Return who gets what of a reader, in the active language; None for nobody but them."""
        receives = _("address, text of the message")
        return DataRecipient(str(self.label), receives, _("sending messages"))

    def configured(self) -> bool:
        """Return whether every required setting is set; if not, the console shows a warning."""
        return all(getattr(settings, name) for name in self.required_settings)

    def senders_of_countries(self) -> Collection[str]:
        """Return the calling codes to which it sends from a sender of their own.

        One that is refused holds up nothing to other countries.
        """
        return ()

    @abstractmethod
    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the bulletin as this provider sends it. Pure: no network, no clock.

        `template` is the approved one for it, where the provider needs any and there is one.
        """

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return a note as this provider sends it. Pure, as `compose` is."""
        return Content(text=note.text, subject=note.subject)

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
        return type(self).look_up is not Provider.look_up

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
            BadSignature: it is not, or this provider sends no callbacks.
        """
        raise BadSignature

    def takes_replies(self, address: str) -> bool:
        """Return whether a reply from that address, in clear text, reaches us or the provider."""
        return True

    def sends_receipts(self) -> bool:
        """Return whether the provider reports what became of a message."""
        return type(self).parse_callback is not Provider.parse_callback or self.listens()

    def listens(self) -> bool:
        """Return whether the provider reports over connections that we open, not by callbacks."""
        return type(self).listen is not Provider.listen

    def report_to(self, sink: Sink, connected: Connected | None = None) -> None:
        """Give `sink` all that the provider sends by itself; what it stores is answered.

        `connected` ends before anything is sent over a first connection: what the provider has to
        report since the last one comes only now. Called once, in every process that may send.
        """
        return

    async def listen(self) -> None:
        """Keep the connections open on which the provider reports, until cancelled.

        Runs on the process's own loop, in each process of the workers that serve the medium.
        """
        return

    async def leave(self) -> None:
        """Close those connections: this process ends."""
        return

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read a verified callback.

        Raises:
            UnreadableCallback: it is malformed.
        """
        return Callback()


_PROVIDERS: Final[dict[str, Provider]] = {}


def register(kind: type[P]) -> type[P]:
    """Register the one instance of a provider class under its name (a class decorator)."""
    _PROVIDERS[kind.name] = kind()
    return kind


def provider(name: str) -> Provider:
    """Return the provider of that name.

    Raises:
        KeyError: there is none.
    """
    return _PROVIDERS[name]


def provider_named(name: str) -> Provider:
    """Return the provider of that name, which may be the one it had before.

    Raises:
        KeyError: there is none.
    """
    return next((one for one in providers() if name in one.former_names), None) or provider(name)


def providers() -> Sequence[Provider]:
    """Return every registered provider, ordered by name."""
    return [_PROVIDERS[name] for name in sorted(_PROVIDERS)]
