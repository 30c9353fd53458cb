"""What a carrier's protocol says over a long connection: all that a link has to know of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from notifications.channels.outcomes import Callback, NotSent

# The top bit of a command marks an answer, in CMPP as in SMPP.
ANSWER: Final = 0x80000000
# Both begin a frame with its whole length, in four octets.
LENGTH: Final = 4

B = TypeVar("B")


class MalformedFrame(Exception):
    """The bytes are no frame of the protocol; the message says why, and quotes none of them."""


class UnknownCommand(MalformedFrame):
    """A frame of the right form whose command nobody here knows."""

    def __init__(self, command: int, sequence: int) -> None:
        super().__init__(f"unknown command {command:#010x}")
        self.sequence = sequence


class LoginRefused(Exception):
    """The other side did not let us in; `outcome` says what that means for messages."""

    def __init__(self, outcome: NotSent) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


@dataclass(frozen=True)
class Frame(Generic[B]):
    """One frame: its number, its command, and what it says."""

    sequence: int
    command: int
    body: B

    @property
    def is_answer(self) -> bool:
        """Whether it answers the frame of that number from the other side."""
        return bool(self.command & ANSWER)


class Dialect(ABC, Generic[B]):
    """A protocol whose frames begin with their length, and whose answers repeat a number.

    CMPP and SMPP differ in their bytes, not in how they talk: log in, ask within a window, answer
    heartbeats, say goodbye.
    """

    # Octets of the shortest and the longest frame; another length ends the connection.
    shortest: ClassVar[int] = 12
    longest: ClassVar[int]

    @abstractmethod
    def encode(self, body: B, sequence: int) -> bytes:
        """Return a frame.

        Raises:
            MalformedFrame: a field is longer than the protocol's.
        """

    @abstractmethod
    def decode(self, frame: bytes) -> Frame[B]:
        """Return what a whole frame says.

        Raises:
            UnknownCommand: nobody here knows its command.
            MalformedFrame: it is none.
        """

    @abstractmethod
    def answers(self, asked: B, answer: B) -> bool:
        """Return whether an answer is one to that question: its number alone does not say so."""

    @abstractmethod
    def login(self) -> B:
        """Return the frame that logs in now."""

    @abstractmethod
    def check_login(self, asked: B, answer: B) -> None:
        """Pass when the other side has let us in.

        Raises:
            LoginRefused: it has not, or it is not who it should be.
        """

    @abstractmethod
    def heartbeat(self) -> B:
        """Return the frame that asks whether the other side is there."""

    @abstractmethod
    def goodbye(self) -> B:
        """Return the frame that ends the connection."""

    @abstractmethod
    def answer_at_once(self, body: B) -> B | None:
        """Return the answer to what needs nothing stored: a heartbeat, a goodbye; else None."""

    @abstractmethod
    def ends(self, body: B) -> bool:
        """Return whether the other side says goodbye with this, or with this answer to ours."""

    @abstractmethod
    def incoming(self, body: B) -> Callback:
        """Return what comes of the other side's own accord, to be stored.

        Raises:
            MalformedFrame: its content cannot be read.
        """

    @abstractmethod
    def taken(self, body: B, *, readable: bool) -> B:
        """Return the answer to what came, once it is stored, or that it cannot be read."""

    def refusal(self) -> B | None:
        """Return the answer to an unknown command; None where the protocol has none."""
        return None

    def late_answer(self, asked: B, answer: B) -> Callback:
        """Return what an answer says that nobody waits for any more; nothing, by default."""
        return Callback()


class Splitter:
    """Cuts what arrives into frames; holds no more than one unfinished frame."""

    def __init__(self, shortest: int, longest: int) -> None:
        self._shortest, self._longest = shortest, longest
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the frames that are whole now; those before one that is none still count.

        Raises:
            MalformedFrame: a frame says that it is shorter, or longer, than any can be.
        """
        self._rest += data
        at = 0
        while len(self._rest) - at >= LENGTH:
            length = int.from_bytes(self._rest[at : at + LENGTH], "big")
            if not self._shortest <= length <= self._longest:
                raise MalformedFrame(f"says that it has {length} octets")
            if len(self._rest) - at < length:
                break
            yield bytes(self._rest[at : at + length])
            at += length
        del self._rest[:at]
