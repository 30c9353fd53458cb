"""WeChat's safe mode: the body of a callback is encrypted, and the signature covers it.

Source: developers.weixin.qq.com, 消息加解密说明 (AES-256-CBC, PKCS#7 to 32 bytes, SHA-1).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

PADDED_TO: Final = 32
RANDOM_BYTES: Final = 16


class Unreadable(ValueError):
    """It is no XML, or none without tricks."""


class CannotOpen(ValueError):
    """The body was encrypted with another key, for another account, or is damaged."""


def document(text: bytes) -> Element:
    """Return an XML document.

    Raises:
        Unreadable: it is none, or defines entities.
    """
    try:
        return fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable from error


def encrypted_in(body: bytes) -> str:
    """Return the encrypted message in a body; empty where there is none."""
    try:
        return document(body).findtext("Encrypt", "")
    except Unreadable:
        return ""


def signature(*parts: str) -> str:
    """Return the SHA-1 of the sorted parts, as WeChat signs."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Return whether a signature is that of these parts."""
    return hmac.compare_digest(signature(*parts).encode(), given.encode())


def sealed(clear: bytes, encoding_key: str, app_id: str) -> str:
    """Return a message encrypted, in base64."""
    key = base64.b64decode(f"{encoding_key}=")
    body = secrets.token_bytes(RANDOM_BYTES) + len(clear).to_bytes(4, "big") + clear
    body += app_id.encode()
    missing = PADDED_TO - len(body) % PADDED_TO
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    encrypted = encryptor.update(body + bytes([missing]) * missing) + encryptor.finalize()
    return base64.b64encode(encrypted).decode()


def opened(encrypted: str, encoding_keys: Sequence[str], app_id: str) -> bytes:
    """Return the message in clear, by the first of the keys that opens it.

    Raises:
        CannotOpen: it is for none of these keys, or for another account.
    """
    for one in encoding_keys:
        with suppress(CannotOpen):
            return _opened(encrypted, one, app_id)
    raise CannotOpen("for another key or account, or damaged")


def _opened(encrypted: str, encoding_key: str, app_id: str) -> bytes:
    key = base64.b64decode(f"{encoding_key}=")
    try:
        sealed = base64.b64decode(encrypted, validate=True)
        decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
        clear = _without_padding(decryptor.update(sealed) + decryptor.finalize())
    except ValueError as error:
        raise CannotOpen("damaged") from error
    content = clear[RANDOM_BYTES + 4 :]
    size = int.from_bytes(clear[RANDOM_BYTES : RANDOM_BYTES + 4], "big")
    if not hmac.compare_digest(content[size:], app_id.encode()):
        raise CannotOpen("for another account")
    return content[:size]


def _without_padding(clear: bytes) -> bytes:
    count = clear[-1] if clear else 0
    if not 1 <= count <= PADDED_TO or clear[-count:] != bytes([count]) * count:
        raise CannotOpen("damaged")
    return clear[:-count]
