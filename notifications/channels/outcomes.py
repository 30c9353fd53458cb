"""One vocabulary for what providers answer, whichever provider it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID


class Reason(StrEnum):
    """Why a message did not, or may not have, gone out."""

    BAD_ADDRESS = "bad_address"
    # No such number, says the carrier: true of most, but some come back the next day.
    UNKNOWN_NUMBER = "unknown_number"
    OPTED_OUT = "opted_out"
    NOT_A_FOLLOWER = "not_a_follower"
    # No consent to one more message is left.
    NO_CONSENT = "no_consent"
    UNREACHABLE = "unreachable"
    REFUSED_CONTENT = "refused_content"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    # The account, sender, service or template of ours is refused, whoever the message is to.
    NO_CREDENTIALS = "no_credentials"
    # Our account may not send to that country, as it is set up at the provider.
    NOT_PERMITTED = "not_permitted"
    # The provider has no approved template for it, or not this one, or other variables.
    NO_TEMPLATE = "no_template"
    # A refusal that no table names: it may be of this message or of every one.
    UNKNOWN_CODE = "unknown_code"
    # The provider answers that it takes nothing now.
    UNAVAILABLE = "unavailable"
    CONNECTION = "connection"
    PROVIDER_ERROR = "provider_error"
    TIMEOUT = "timeout"
    BUDGET = "budget"
    COUNTRY = "country"
    FAILING = "failing"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    OTHER = "other"


@dataclass(frozen=True)
class Accepted:
    """The provider has taken it; `provider_id` is its name for the message.

    Where it names and reports each part by itself, `part_ids` are the names of all of them.
    """

    provider_id: str
    part_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """Definitely not delivered, and never will be. `suppress`: never write there again."""

    reason: Reason
    code: str = ""
    suppress: bool = False
    retry_after: ClassVar[None] = None


@dataclass(frozen=True)
class NotSent:
    """Definitely not sent: safe to try again, after `retry_after` seconds when it is given."""

    reason: Reason
    code: str = ""
    retry_after: float | None = None
    suppress: ClassVar[bool] = False


@dataclass(frozen=True)
class Unknown:
    """It may or may not have gone out: look it up, never blindly repeat it.

    `part_ids` names the parts that were taken, where it is certain of some of them.
    """

    reason: Reason
    code: str = ""
    part_ids: tuple[str, ...] = ()
    retry_after: ClassVar[None] = None
    suppress: ClassVar[bool] = False


Refusal = Failed | NotSent | Unknown
Outcome = Accepted | Refusal


class NotAccepted(Exception):
    """A provider took no message, or did not say so; `outcome` says what that means for it."""

    def __init__(self, outcome: NotSent | Unknown) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class LookupResult(StrEnum):
    """The result of a look-up that has not found the message."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class ReceiptState(StrEnum):
    """How far the provider says that a message got."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    # It was accepted, and then certainly not sent, through no fault of its recipient or text.
    NOT_SENT = "not_sent"


def state_after(error: Refusal | None, ended: ReceiptState) -> ReceiptState:
    """Return the state of a message that has ended like that with an error, which may be ours."""
    return ReceiptState.NOT_SENT if isinstance(error, NotSent) else ended


@dataclass(frozen=True)
class ProviderReceipt:
    """A provider's report on one message.

    `key` is the same for every copy of the same receipt. The delivery is named by its id where
    the callback carries it, else by the provider's id. A provider that cannot be asked also says
    which number it is about (in clear text: never log or store it), and when it took the message:
    its answer with the id may have been lost. `template` says by which approved template it went,
    where others may send by the same account.
    """

    key: str
    state: ReceiptState
    provider_id: str
    delivery_id: int | None = None
    attempt_id: UUID | None = None
    code: str = ""
    reason: Reason | None = None
    suppress: bool = False
    address: str = ""
    template: str = ""
    submitted_at: datetime | None = None

    @classmethod
    def ended(cls, key: str, provider_id: str, error: Refusal | None) -> Self:
        """Return the receipt of a message that was delivered, or was not because of an error."""
        if error is None:
            return cls(key, ReceiptState.DELIVERED, provider_id)
        return cls(
            *(key, state_after(error, ReceiptState.UNDELIVERED), provider_id),
            code=error.code,
            reason=error.reason,
            suppress=error.suppress,
        )


class InboundAction(StrEnum):
    """What a merchant did on their device."""

    STOP = "stop"
    START = "start"
    FOLLOW = "follow"
    TEXT = "text"


@dataclass(frozen=True)
class TextPart:
    """Which part of a long text it is: parts of one text share a reference."""

    reference: int
    place: int
    total: int


@dataclass(frozen=True)
class Inbound:
    """Something that came from an address: STOP, a follow, a text."""

    address: str
    action: InboundAction
    text: str = ""
    # The provider's name for it, by which a copy is recognised; empty where it has none.
    message_id: str = ""
    # None: it is whole.
    part: TextPart | None = None


@dataclass(frozen=True)
class ConsentChange:
    """That somebody agreed to one message of a template, or refuses every one.

    `name` is the provider's for the act, by which a copy of it is recognised.
    """

    address: str
    template: str
    accepted: bool
    name: str


@dataclass(frozen=True)
class Callback:
    """A callback, read: what it says and what the provider expects as the answer's body."""

    receipts: Sequence[ProviderReceipt] = ()
    inbound: Sequence[Inbound] = ()
    answer: str = ""
    content_type: str = "text/plain"
    # What no second callback of the channel may have; empty where the provider signs nothing so.
    once: str = ""
    consents: Sequence[ConsentChange] = ()
    # The provider whose receipts these are, where several share the address of their callbacks.
    receipts_of: str = ""
    # Returns the answer, and its type, that shows a text to the person who wrote; None: impossible.
    reply: Callable[[str], tuple[str, str]] | None = None
    # The provider's names of messages that are no delivery: no receipt of theirs is a delivery's.
    no_deliveries: Sequence[str] = ()


class BadSignature(Exception):
    """The callback is not from the provider."""


class UnreadableCallback(Exception):
    """The callback is signed, but malformed."""
