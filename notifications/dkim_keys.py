"""Read the private key by which letters are signed (DKIM)."""

import re
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

# RFC 8301, 3.2: verifiers take no shorter key.
SHORTEST_KEY_BITS: Final = 1024
PEM: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----(.+?)-----END \1-----", re.DOTALL)
LINE_LENGTH: Final = 64


def read_key(text: str) -> bytes:
    r"""Return an RSA key in PEM as the signing library takes it.

    Its lines may also be joined by \n in two characters, or by nothing: an environment has no room
    for line ends.

    Raises:
        ValueError: it cannot be used; the message says why, and nothing of the key.
    """
    found = PEM.search(text.replace("\\n", "\n"))
    if not found:
        raise ValueError("must be a private key in PEM (-----BEGIN PRIVATE KEY-----…)")
    name, base64 = found[1], "".join(found[2].split())
    lines = [base64[at : at + LINE_LENGTH] for at in range(0, len(base64), LINE_LENGTH)]
    pem = "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be a private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_KEY_BITS:
        raise ValueError(f"must be an RSA key of at least {SHORTEST_KEY_BITS} bits")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
