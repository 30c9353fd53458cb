"""Check tokens that the single sign-on provider has signed (OpenID Connect Core 1.0, 3.1.3.7)."""

import re
from collections.abc import Mapping
from typing import Any, Final

import jwt

# Signatures by a key pair only: a shared secret, or none, would make the provider's public words
# enough to forge one.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"),
)
CLOCKS_DIFFER_SECONDS: Final = 30
LONGEST_TOKEN: Final = 50_000
SUBJECT: Final = re.compile(r"[\x20-\x7e]{1,255}")


def verified(
    token: object, *, keys: Mapping[str, Any], issuer: str, audience: str
) -> dict[str, Any]:
    """Return the claims of a token for us, by this issuer, of now.

    Raises:
        jwt.PyJWTError: it is none.
        ValueError, KeyError, TypeError: it, or the keys, have not the form of one.
    """
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise ValueError("no token")
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise ValueError("no algorithm of ours")
    claims: dict[str, Any] = jwt.decode(
        token,
        key=_key(keys, header.get("kid")),
        algorithms=[header["alg"]],
        issuer=issuer,
        audience=audience,
        leeway=CLOCKS_DIFFER_SECONDS,
        options={"require": ["iss", "aud", "exp", "iat"]},
    )
    # A token for several services says which of them asked for it.
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != audience:
        raise ValueError("for another service")
    return claims


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return the provider's id: at most 255 ASCII characters (OpenID Connect Core 1.0, section 2).

    Raises:
        ValueError: it is nothing of the kind.
    """
    told = claims["sub"]
    if not isinstance(told, str) or not SUBJECT.fullmatch(told):
        raise ValueError("no subject")
    return told


def words_of(told: object) -> frozenset[str]:
    """Return one or several words of a claim; none for a claim of any other form."""
    listed = told if isinstance(told, list) else [told]
    return frozenset(one for one in listed if isinstance(one, str))


def _key(keys: Mapping[str, Any], kid: object) -> Any:
    """Return the key that signed; a provider with a single one need not name it."""
    signing = [one for one in keys["keys"] if one.get("use", "sig") == "sig"]
    named = [one for one in signing if kid is None or one.get("kid") == kid]
    if len(named) != 1:
        raise ValueError("no such key")
    return jwt.PyJWK.from_dict(named[0]).key
