"""Witnesses (c2sp.org/tlog-witness) as the settings name them, and what they cosign."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from statuspage.lib.env import http_url
from statuspage.statements.notes import check_name

# The kind of key, and how long its parts are (c2sp.org/tlog-cosignature).
COSIGNATURE: Final = b"\x04"
ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 4, 8, 64


@dataclass(frozen=True)
class Witness:
    """A witness by its verifier key, and where it is asked."""

    name: str
    public: bytes
    url: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the witness from `<name>+<key id>+<base64> <url>`; ValueError for other texts."""
        try:
            vkey, url = text.split()
            name, number, encoded = vkey.split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            Ed25519PublicKey.from_public_bytes(data[1:])
        except ValueError as error:
            raise ValueError("each witness is its verifier key, a space and its address") from error
        found = cls(check_name(name), data[1:], http_url(url))
        if data[:1] != COSIGNATURE or found.key_id.hex() != number:
            raise ValueError(f"the verifier key of {name} is not one of a witness")
        return found

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a cosignature names its key."""
        named = self.name.encode() + b"\n" + COSIGNATURE + self.public
        return hashlib.sha256(named).digest()[:ID_BYTES]

    @property
    def vkey(self) -> str:
        """The verifier key, for those who check the log."""
        encoded = base64.b64encode(COSIGNATURE + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def cosigned_at(self, text: str, line: str) -> datetime | None:
        """Return when it cosigned this checkpoint's text; None if the line is not its own."""
        try:
            dash, name, encoded = line.rstrip("\n").split(" ")
            data = base64.b64decode(encoded, validate=True)
            ours = (dash, name, data[:ID_BYTES]) == ("—", self.name, self.key_id)
            if not ours or len(data) != ID_BYTES + TIME_BYTES + SIGNATURE_BYTES:
                return None
            moment = int.from_bytes(data[ID_BYTES : ID_BYTES + TIME_BYTES], "big")
            said = f"cosignature/v1\ntime {moment}\n{text}".encode()
            key = Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(data[ID_BYTES + TIME_BYTES :], said)
            return datetime.fromtimestamp(moment, UTC)
        except (InvalidSignature, ValueError, OverflowError, OSError):
            return None


def read_witnesses(text: str) -> tuple[Witness, ...]:
    """Return the witnesses of a setting, each once."""
    found = tuple(Witness.read(one) for one in text.split(",") if one.strip())
    if len({one.name for one in found}) < len(found):
        raise ValueError("names a witness twice")
    return found
