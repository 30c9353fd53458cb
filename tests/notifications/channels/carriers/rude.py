"""Gateways that a test writes byte by byte, to be as rude as it likes; of either protocol."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final

from tests.notifications.channels.builders import tcp_server

ANSWER: Final = 0x80000000


@dataclass(frozen=True)
class Speech:
    """What differs between the protocols, as far as a rude gateway has to know it."""

    provider: str
    settings: dict[str, Any]
    head: struct.Struct
    login: int
    logged_in: bytes
    submit: int
    goodbye: int
    heartbeat: int

    def pack(self, command: int, sequence: int, body: bytes = b"") -> bytes:
        """Return a frame."""
        middle = (0,) if self.head.size == 16 else ()
        return self.head.pack(self.head.size + len(body), command, *middle, sequence) + body

    def taken(self, number: int) -> bytes:
        """Return the body of the answer that a message was taken under that number."""
        return f"{number}\0".encode() if self.head.size == 16 else struct.pack(">QI", number, 0)


CMPP: Final = Speech(
    "cmpp",
    {
        "CMPP_HOST": "127.0.0.1",
        "CMPP_SOURCE_ADDR": "901234",
        "CMPP_SHARED_SECRET": "secret",
        "CMPP_SRC_ID": "10690001",
        "CMPP_VERSION": "3.0",
        "CMPP_CHECK_GATEWAY": False,
        "CMPP_WINDOW": 4,
    },
    struct.Struct(">III"),
    1,
    bytes(4 + 16) + b"\x30",
    *(4, 2, 8),
)
SMPP: Final = Speech(
    "smpp",
    {
        "SMPP_HOST": "127.0.0.1",
        "SMPP_SYSTEM_ID": "candor",
        "SMPP_PASSWORD": "secret",
        "SMPP_SOURCE_ADDR": "10690",
        "SMPP_WINDOW": 4,
    },
    struct.Struct(">IIII"),
    9,
    b"rude\0",
    *(4, 6, 0x15),
)


class Peer:
    """One connection, from the gateway's side."""

    def __init__(self, speech: Speech, connection: socket.socket) -> None:
        self._speech, self._connection = speech, connection

    def frame(self) -> tuple[int, int, bytes]:
        """Return the next frame's command, number and body; raises EOFError at the end."""
        length, command, *_, sequence = self._speech.head.unpack(
            self._octets(self._speech.head.size)
        )
        return command, sequence, self._octets(length - self._speech.head.size)

    def numbers(self, count: int, command: int | None = None) -> list[int]:
        """Return the numbers of the next frames of a command; of submissions, by default."""
        found: list[int] = []
        while len(found) < count:
            asked, sequence, _body = self.frame()
            if asked == (command or self._speech.submit):
                found.append(sequence)
        return found

    def log_in(self) -> None:
        """Let the client in."""
        command, sequence, _body = self.frame()
        assert command == self._speech.login
        self.write(command | ANSWER, sequence, self._speech.logged_in)

    def write(self, command: int, sequence: int, body: bytes = b"") -> None:
        """Send a frame."""
        self.send(self._speech.pack(command, sequence, body))

    def take(self, sequence: int, named: int = 0) -> None:
        """Answer that a message was taken, under its own number unless told otherwise."""
        answer = self._speech.submit | ANSWER
        self.write(answer, sequence, self._speech.taken(named or sequence))

    def send(self, octets: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(octets)

    def until_the_end(self) -> list[int]:
        """Return the commands of all that comes until the client closes; answer its goodbye."""
        commands = []
        try:
            while True:
                command, sequence, _body = self.frame()
                commands.append(command)
                if command == self._speech.goodbye:
                    self.write(command | ANSWER, sequence)
        except (EOFError, OSError):
            return commands

    def _octets(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            piece = self._connection.recv(count - len(octets))
            if not piece:
                raise EOFError
            octets += piece
        return octets


@contextmanager
def gateway(
    speech: Speech,
    settings: Any,
    act: Callable[[Peer], None],
    tls: ssl.SSLContext | None = None,
) -> Iterator[None]:
    """Let in whoever comes and do as `act` says; the provider is set up for it."""

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with (
            nullcontext(connection)
            if tls is None
            else tls.wrap_socket(connection, server_side=True) as spoken,
            suppress(EOFError),
        ):
            peer = Peer(speech, spoken)
            peer.log_in()
            act(peer)

    for name, value in speech.settings.items():
        setattr(settings, name, value)
    with tcp_server(serve) as port:
        setattr(settings, f"{speech.provider.upper()}_PORT", port)
        yield
