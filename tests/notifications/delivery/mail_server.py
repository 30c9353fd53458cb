"""A mailbox behind IMAP and TLS, which keeps what was read as a real one does."""

import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.notifications.channels.builders import tcp_server

HOST = "127.0.0.1"
USER, PASSWORD = "bounces", 'a "quoted" password'


def certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate of this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "mail.pem"
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


class MailServer:
    """Letters by number, and which of them were read; `fault` is what it does wrong."""

    def __init__(self, pem: Path, *letters: bytes, fault: str = "") -> None:
        self.letters = dict(enumerate(letters, start=1))
        self.seen: set[int] = set()
        self.fault = fault
        self.fetched: list[int] = []
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(pem)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Yield its port while it serves."""
        with tcp_server(self._serve) as port:
            yield port

    def _serve(self, connection: socket.socket) -> None:
        if self.fault == "no handshake":
            _drip(connection)
        with self._context.wrap_socket(connection, server_side=True) as secure:
            if self.fault == "no greeting":
                _drip(secure)
            file = secure.makefile("rwb")
            _say(file, b"* OK hello")
            for raw in file:
                tag, command = raw.split(b" ", 1)
                _say(file, *self._answer(command.strip()), b"")
                if b"LOGOUT" in command:
                    return
                file.write(tag + b" " + self._verdict(command.strip()) + b"\r\n")
                file.flush()

    def _verdict(self, command: bytes) -> bytes:
        escaped = PASSWORD.replace('"', '\\"')
        if command.startswith(b"LOGIN") and command != f'LOGIN {USER} "{escaped}"'.encode():
            return b"NO wrong password"
        return b"NO refused" if self._refuses(command) else b"OK done"

    def _refuses(self, command: bytes) -> bool:
        _, refuses, what = self.fault.rpartition("refuses ")
        return bool(refuses) and what.encode() in command

    def _answer(self, command: bytes) -> list[bytes]:
        if command.startswith(b"CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1"]
        if command.startswith(b"SELECT"):
            return [b"* %d EXISTS" % len(self.letters)]
        if command.startswith(b"UID SEARCH"):
            left = (b"%d" % uid for uid in self.letters if uid not in self.seen)
            return [b" ".join([b"* SEARCH", *left])]
        if command.startswith(b"UID STORE"):
            self.seen.add(int(command.split()[2]))
        if command.startswith(b"UID FETCH"):
            return self._fetch(command)
        return [b"* BYE"] if command.startswith(b"LOGOUT") else []

    def _fetch(self, command: bytes) -> list[bytes]:
        [(uid, most)] = re.findall(rb"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command)
        if self._refuses(command):
            return []
        self.fetched.append(int(uid))
        letter = self.letters[int(uid)][: int(most)]
        size = 10**9 if self.fault == "endless letter" else len(letter)
        head = b"* %d FETCH (UID %d BODY[]<0> {%d}" % (int(uid), int(uid), size)
        return [head + b"\r\n" + letter + b")"]


def _say(file, *lines: bytes) -> None:
    file.write(b"".join(line + b"\r\n" for line in lines if line))
    file.flush()


def _drip(connection) -> None:
    """Send a byte from time to time and never a whole line, until the other side has gone."""
    while True:
        connection.sendall(b"*")
        time.sleep(0.05)
