"""Signed notes (c2sp.org/signed-note), and the checkpoints and proofs that are written in them."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED_BYTES: Final = 32
ED25519: Final = b"\x01"
PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"


class BadKey(ValueError):
    """The text is not an Ed25519 key as the settings write it, or its name cannot stand."""


@dataclass(frozen=True)
class Signer:
    """A named Ed25519 key."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def read(cls, name: str, seed: str) -> Self:
        """From a name and 32 bytes in base64.

        Raises:
            BadKey: one of them will not do.
        """
        if not name or "+" in name or name.split() != [name]:
            raise BadKey("the name of a log holds neither spaces nor a plus sign")
        try:
            data = base64.b64decode(seed, validate=True)
        except ValueError:
            data = b""
        if len(data) != SEED_BYTES:
            raise BadKey("a key is 32 bytes in base64")
        return cls(name, Ed25519PrivateKey.from_private_bytes(data))

    @property
    def verifier(self) -> str:
        """The verifier key, `<name>+<key id>+<base64>`, by which anyone checks the signature."""
        return f"{self.name}+{self._id.hex()}+{_b64(ED25519 + self._public)}"

    def line(self, text: str) -> str:
        """The signature line under `text`."""
        return f"— {self.name} {_b64(self._id + self.key.sign(text.encode()))}\n"

    @property
    def _public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self._public).digest()[:4]


def checkpoint_note(size: int, root: bytes, signers: Sequence[Signer]) -> str:
    """The state of the tree, signed (c2sp.org/tlog-checkpoint); the origin is the keys' name."""
    text = f"{signers[0].name}\n{size}\n{_b64(root)}\n"
    return text + "\n" + "".join(one.line(text) for one in signers)


def proof_file(index: int, hashes: Iterable[bytes], checkpoint: str) -> str:
    """A proof that can be kept and checked without us (c2sp.org/tlog-proof)."""
    return "\n".join([PROOF_HEADER, f"index {index}", *map(_b64, hashes), "", checkpoint])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
