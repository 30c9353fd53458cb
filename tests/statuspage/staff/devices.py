"""What staff hold in their hands: an authenticator app, and a security key."""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from html import unescape
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

SITE = "https://status.example.com"
USER_PRESENT, USER_VERIFIED, ATTESTED = 1, 4, 64


def totp(key: str, moment: float) -> str:
    """What an app shows at that moment (RFC 6238)."""
    counter = struct.pack(">Q", int(moment) // 30)
    digest = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def from_b64(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


def options_of(page: Any) -> dict[str, Any]:
    """What a page asks the browser for: a passkey to be made or shown."""
    written = page.content.decode().split('data-passkey="')[1].split('"')[0]
    options: dict[str, Any] = json.loads(unescape(written))["publicKey"]
    return options


class Key:
    """A security key: makes one passkey, and signs with it."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(32)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    @property
    def public(self) -> bytes:
        """The public half, as COSE writes it."""
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self.public
        data = self._data(ATTESTED, **changes) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options, **changes)
        return self._answer(clientDataJSON=b64(told), attestationObject=b64(attestation))

    def show(self, options: dict[str, Any], **changes: Any) -> str:
        self.count = changes.get("count", self.count + 1)
        data = self._data(0, **changes)
        told = self._told("webauthn.get", options, **changes)
        private = changes.get("private", self.private)
        signature = private.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=b64(told), authenticatorData=b64(data), signature=b64(signature)
        )

    def _data(self, more: int, rp_id: str = "status.example.com", **changes: Any) -> bytes:
        flags = changes.get("flags", USER_PRESENT | USER_VERIFIED) | more
        host = hashlib.sha256(rp_id.encode()).digest()
        return host + struct.pack(">BI", flags, self.count)

    @staticmethod
    def _told(kind: str, options: dict[str, Any], origin: str = SITE, **_changes: Any) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": origin}
        return json.dumps(told).encode()

    def _answer(self, **response: str) -> str:
        known = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps({**known, "response": response})
