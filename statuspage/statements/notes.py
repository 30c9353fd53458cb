"""Signed notes (c2sp.org/signed-note): the keys, and the checkpoints and proofs written in them."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

SEED_BYTES: Final = 32
ED25519: Final = b"\x01"
PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"


class InvalidKey(ValueError):
    """The text is not an Ed25519 key as the settings write it, or its name is not allowed."""


@dataclass(frozen=True)
class Signer:
    """A named Ed25519 key."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def read(cls, name: str, seed: str) -> Self:
        """Return the key from a name and 32 bytes in base64, or raise InvalidKey."""
        return cls(check_name(name), Ed25519PrivateKey.from_private_bytes(read_seed(seed)))

    @property
    def verifier(self) -> str:
        """The verifier key, `<name>+<key id>+<base64>`, by which anyone checks the signature."""
        return f"{self.name}+{self._id.hex()}+{b64(ED25519 + self._public)}"

    def line(self, text: str) -> str:
        """Return the signature line under `text`."""
        return f"— {self.name} {b64(self._id + self.key.sign(text.encode()))}\n"

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self._public).digest()[:4]


def check_name(name: str) -> str:
    """Return the name if a key can have it, or raise InvalidKey."""
    if not name or "+" in name or name.split() != [name]:
        raise InvalidKey("the name of a log holds neither spaces nor a plus sign")
    return name


def read_seed(text: str) -> bytes:
    """Return the 32 bytes of a key from base64, or raise InvalidKey."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if len(data) != SEED_BYTES:
        raise InvalidKey("a key is 32 bytes in base64")
    return data


def checkpoint_note(size: int, root: bytes, signers: Sequence[Signer]) -> str:
    """Return the signed state of the tree (c2sp.org/tlog-checkpoint); keys name the origin."""
    text = checkpoint_text(signers[0].name, size, b64(root))
    return text + "\n" + "".join(one.line(text) for one in signers)


def checkpoint_text(origin: str, size: int, root: str) -> str:
    """Return what is signed of a tree; `root` is in base64."""
    return f"{origin}\n{size}\n{root}\n"


def signed_by_us(size: int, root: str, note: str) -> bool:
    """Return whether `note` is the checkpoint of this size and root, and one of our keys signed it.

    Ed25519 is deterministic: a key signs the same text in one way only.
    """
    text = checkpoint_text(signers()[0].name, size, root)
    lines = note.removeprefix(f"{text}\n").splitlines(keepends=True)
    return note.startswith(f"{text}\n") and any(one.line(text) in lines for one in signers())


def proof_file(index: int, hashes: Iterable[bytes], checkpoint: str) -> str:
    """Return a proof that can be kept and checked without us (c2sp.org/tlog-proof)."""
    return "\n".join([PROOF_HEADER, f"index {index}", *map(b64, hashes), "", checkpoint])


def b64(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def signers() -> tuple[Signer, ...]:
    """Return every key of LOG_SIGNING_KEY, in the order in which it names them.

    All of them sign. To replace a key, add the new one behind it, and remove the old one once those
    who watch the log know the new one.
    """
    return _signers(settings.LOG_ORIGIN, settings.LOG_SIGNING_KEY)


@lru_cache(maxsize=4)
def _signers(origin: str, keys: str) -> tuple[Signer, ...]:
    return tuple(Signer.read(origin, one.strip()) for one in keys.split(","))
