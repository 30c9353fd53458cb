#!/usr/bin/env python3
"""A witness of public logs: it cosigns what continues what it saw before, and nothing else.

    pip install cryptography
    python3 witness.py init --name witness.example.com/w1
    python3 witness.py serve --log 'status.example.com/log+a1b2c3d4+AZ…'

Speaks c2sp.org/tlog-witness and signs Ed25519 cosignatures (c2sp.org/tlog-cosignature). Run it on a
machine that the operator of the log does not run. Its state must survive a restart. Put TLS before
it. What a log asks it to cosign in vain, signed by that log, is kept beside the state as evidence.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import http.server
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE, COSIGNATURE = b"\x01", b"\x04"
MOST_BYTES, MOST_PROOF_LINES, MOST_EVIDENCE_BYTES = 64 * 1024, 63, 16 * 1024 * 1024
SECONDS, AT_ONCE = 10, 32
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
ORIGIN_HASH = re.compile(r"/([0-9a-f]{64})/checkpoint", re.ASCII)


class Refused(Exception):
    """The request is answered with this HTTP status, and this body."""

    def __init__(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(body)
        self.status, self.body, self.kind = status, body, kind


@dataclass(frozen=True)
class Seen:
    """The last checkpoint of a log that was cosigned, with its cosignature."""

    size: int = 0
    root: str = ""
    note: str = ""


def sha256(*parts: bytes) -> bytes:
    """Return the hash of the joined parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees (RFC 6962)."""
    return sha256(b"\x01", left, right)


def b64(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return sha256(name.encode(), b"\n", kind, public)[:4]


@dataclass(frozen=True)
class LogKey:
    """A key that may sign for a log."""

    name: str
    public: bytes

    @classmethod
    def read(cls, vkey: str) -> LogKey:
        """Return the key from `name+id+base64`; ValueError for any other text."""
        name, number, encoded = vkey.split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        if data[:1] != SIGNATURE or key_id(name, SIGNATURE, data[1:]).hex() != number:
            raise ValueError(f"{vkey} is no verifier key of a log")
        Ed25519PublicKey.from_public_bytes(data[1:])
        return cls(name, data[1:])

    def signed(self, text: str, lines: Iterable[str]) -> bool:
        """Return whether it signed the text; Refused where a line says so and it did not."""
        expected, found = key_id(self.name, SIGNATURE, self.public), False
        for line in lines:
            name, signature = read_signature(line)
            if (name, signature[:4]) == (self.name, expected):
                try:
                    key = Ed25519PublicKey.from_public_bytes(self.public)
                    key.verify(signature[4:], text.encode())
                except InvalidSignature as error:
                    raise Refused(403, "the signature does not verify\n") from error
                found = True
        return found


class Cosigner:
    """The witness's own key."""

    def __init__(self, path: Path) -> None:
        kept = json.loads(path.read_text(encoding="utf-8"))
        self._name = str(kept["name"])
        seed = base64.b64decode(kept["seed"], validate=True)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._key.public_key().public_bytes_raw()

    @property
    def vkey(self) -> str:
        """The verifier key, for the operator of the log and for those who read it."""
        number = key_id(self._name, COSIGNATURE, self._public).hex()
        return f"{self._name}+{number}+{b64(COSIGNATURE + self._public)}"

    def line(self, text: str) -> str:
        """Return the cosignature line over a checkpoint's text, as of now."""
        now = int(time.time())
        signature = self._key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        number = key_id(self._name, COSIGNATURE, self._public)
        return f"— {self._name} {b64(number + now.to_bytes(8, 'big') + signature)}\n"


def read_signature(line: str) -> tuple[str, bytes]:
    """Return name and bytes of a signature line."""
    try:
        dash, name, encoded = line.split(" ")
        if dash == "—":
            return name, base64.b64decode(encoded, validate=True)
    except ValueError:
        pass
    raise Refused(400, "a signature line is malformed\n")


def continues(old: int, root: bytes, size: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Return whether a consistency proof leads to both roots (RFC 9162, section 2.1.4.2)."""
    if old in {0, size}:
        return not proof and (old == 0 or root == new_root)
    if old & (old - 1) == 0:
        proof = [root, *proof]
    if not proof:
        return False
    index, last = old - 1, size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = proof[0]
    for one in proof[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = node(one, first), node(one, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = node(second, one)
        index, last = index >> 1, last >> 1
    return last == 0 and (first, second) == (root, new_root)


@dataclass(frozen=True)
class Asked:
    """A request to cosign, as it was read."""

    old: int
    proof: list[bytes]
    text: str
    lines: list[str]
    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, body: str) -> Asked:
        """Return the request; Refused where it is not written as the specification says."""
        try:
            return cls._parsed(body)
        except ValueError as error:
            raise Refused(400, "malformed request\n") from error

    @classmethod
    def _parsed(cls, body: str) -> Asked:
        head, _, note = body.partition("\n\n")
        text, _, signatures = note.rpartition("\n\n")
        first, *proof = head.split("\n")
        origin, size, root, *_extensions = text.split("\n")
        word, _, old = first.partition(" ")
        known = word == "old" and NUMBER.fullmatch(old) and NUMBER.fullmatch(size)
        hashes = [base64.b64decode(one, validate=True) for one in (root, *proof)]
        whole = origin and signatures.endswith("\n") and len(proof) <= MOST_PROOF_LINES
        if not known or not whole or any(len(one) != 32 for one in hashes):
            raise ValueError("malformed")
        lines = signatures.splitlines()
        return cls(int(old), hashes[1:], f"{text}\n", lines, origin, int(size), hashes[0])


class Witness:
    """Decides what is cosigned, and remembers it before it answers."""

    def __init__(self, cosigner: Cosigner, logs: list[LogKey], state: Path) -> None:
        self._cosigner, self._logs, self._state = cosigner, logs, state
        self._deciding = threading.Lock()
        self._alone = (state.with_name(f"{state.name}.lock")).open("w")
        fcntl.flock(self._alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        self._seen = {origin: Seen(**one) for origin, one in kept.items()}

    def add_checkpoint(self, body: str) -> str:
        """Return the cosignature, or raise Refused."""
        asked = Asked.read(body)
        keys = [one for one in self._logs if one.name == asked.origin]
        if not keys:
            raise Refused(404, "unknown log\n")
        # Every key is tried: a signature that names one of them and is wrong is refused.
        if sum(one.signed(asked.text, asked.lines) for one in keys) == 0:
            raise Refused(403, "not signed by a known key of this log\n")
        if asked.old > asked.size:
            raise Refused(400, "the old size is greater than the new one\n")
        with self._deciding:
            seen = self._seen.get(asked.origin, Seen())
            if asked.old != seen.size:
                if asked.size < seen.size:
                    self._keep_evidence(body)
                raise Refused(409, f"{seen.size}\n", "text/x.tlog.size")
            self._check(asked, seen, body)
            line = self._cosigner.line(asked.text)
            note = "\n".join([asked.text, *asked.lines, line])
            self._remember(asked.origin, Seen(asked.size, b64(asked.root), note))
        return line

    def latest(self, origin_hash: str) -> str:
        """Return the newest checkpoint of a log with its cosignature."""
        for origin, seen in self._seen.items():
            if sha256(origin.encode()).hex() == origin_hash:
                return seen.note
        raise Refused(404, "nothing was cosigned\n")

    def _check(self, asked: Asked, seen: Seen, body: str) -> None:
        empty = asked.size > 0 or asked.root == sha256()
        before = base64.b64decode(seen.root)
        if not empty or not continues(seen.size, before, asked.size, asked.root, asked.proof):
            self._keep_evidence(body)
            raise Refused(422, "this is not the continuation of what was cosigned before\n")

    def _remember(self, origin: str, seen: Seen) -> None:
        """Have it on the disk; only then in memory, and only then is it answered."""
        state = {**self._seen, origin: seen}
        part = self._state.with_name(f"{self._state.name}.part")
        with part.open("w", encoding="utf-8") as file:
            json.dump({name: asdict(one) for name, one in state.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._state)
        sync_folder(self._state.parent)
        self._seen = state

    def _keep_evidence(self, body: str) -> None:
        """Keep what the log has signed and should not have; up to so many bytes in all."""
        path = self._state.with_name(f"{self._state.name}.evidence")
        if not path.exists() or path.stat().st_size < MOST_EVIDENCE_BYTES:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"at": int(time.time()), "request": body}) + "\n")
                file.flush()
                os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one client; each wait for it has an end."""

    protocol_version, timeout, server_version = "HTTP/1.1", SECONDS, "candor-witness/1"
    witness: Witness
    room = threading.BoundedSemaphore(AT_ONCE)

    def do_POST(self) -> None:
        """Cosign a checkpoint."""
        self._answer(self._posted)

    def do_GET(self) -> None:
        """Serve the newest checkpoint of a log."""
        self._answer(self._latest)

    def _posted(self) -> str:
        length = self.headers.get("Content-Length", "")
        if not NUMBER.fullmatch(length) or int(length) > MOST_BYTES:
            self.close_connection = True
            raise Refused(413, "too large\n")
        body = self._read(int(length))
        if self.path != "/add-checkpoint":
            raise Refused(404, "not found\n")
        try:
            return self.witness.add_checkpoint(body.decode())
        except UnicodeDecodeError as error:
            raise Refused(400, "malformed request\n") from error

    def _latest(self) -> str:
        match = ORIGIN_HASH.fullmatch(self.path)
        if not match:
            raise Refused(404, "not found\n")
        return self.witness.latest(match[1])

    def _read(self, length: int) -> bytes:
        """Read the body, all of it within so many seconds."""
        body, until = b"", time.monotonic() + SECONDS
        while len(body) < length:
            some = self.rfile.read1(length - len(body))
            if not some or time.monotonic() > until:
                self.close_connection = True
                raise Refused(408, "too slow\n")
            body += some
        return body

    def _answer(self, act: Callable[[], str]) -> None:
        status, kind = 200, "text/plain; charset=utf-8"
        if not self.room.acquire(timeout=SECONDS):
            self.close_connection = True
            return
        try:
            text = act()
        except Refused as refused:
            status, text, kind = refused.status, refused.body, refused.kind
        finally:
            self.room.release()
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def init(asked: argparse.Namespace) -> None:
    """Make a key, and print how others verify its cosignatures."""
    if not asked.name or asked.name.split() != [asked.name] or "+" in asked.name:
        sys.exit("witness: the name holds neither spaces nor a plus sign")
    try:
        handle = os.open(asked.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        sys.exit(f"witness: {asked.key} exists already")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"name": asked.name, "seed": b64(os.urandom(32))}, file)
        file.flush()
        os.fsync(file.fileno())
    print(Cosigner(asked.key).vkey)


def serve(asked: argparse.Namespace) -> None:
    """Cosign until it is stopped."""
    host, _, port = asked.listen.rpartition(":")
    try:
        cosigner, logs = Cosigner(asked.key), [LogKey.read(one) for one in asked.log]
        Handler.witness = Witness(cosigner, logs, asked.state)
    except BlockingIOError:
        sys.exit(f"witness: another one uses {asked.state}")
    except (OSError, ValueError, LookupError, TypeError) as error:
        sys.exit(f"witness: {error}")
    server = http.server.ThreadingHTTPServer((host.strip("[]"), int(port)), Handler)
    print(f"{cosigner.vkey} http://{host}:{server.server_address[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


def main(arguments: list[str] | None = None) -> None:
    """Make a key, or cosign."""
    parser = argparse.ArgumentParser(prog="witness", description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(required=True)
    for act in (init, serve):
        command = commands.add_parser(act.__name__, help=act.__doc__)
        command.set_defaults(act=act)
        command.add_argument("--key", type=Path, default=Path("witness.key"), help="its key file")
        if act is init:
            command.add_argument("--name", required=True, help="such as witness.example.com/w1")
        else:
            command.add_argument("--state", type=Path, default=Path("witness.json"))
            command.add_argument("--log", action="append", required=True, help="a log's key")
            command.add_argument("--listen", default="127.0.0.1:8090", help="host:port")
    asked = parser.parse_args(arguments)
    asked.act(asked)


if __name__ == "__main__":
    main()
