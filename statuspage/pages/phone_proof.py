"""Proof that a reader holds a phone: a signed cookie, for half an hour."""

import hmac
from datetime import timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from statuspage.lib.timed_signing import sign_now, signed_within

SALT: Final = "pages.phone"
VALID_FOR: Final = timedelta(minutes=30)


class PhoneProof(NamedTuple):
    """The last four digits of a phone, and a keyed hash that stands for it."""

    last_four: str
    name: str


def cookie_name() -> str:
    """Return the cookie's name; over HTTPS one that no other host may set."""
    return "__Host-candor_phone" if settings.SESSION_COOKIE_SECURE else "candor_phone"


def proof_give(response: HttpResponse, proof: PhoneProof) -> None:
    """Have the reader's browser keep the proof."""
    response.set_cookie(
        cookie_name(),
        sign_now(proof, SALT),
        max_age=int(VALID_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def proof_of(request: HttpRequest) -> PhoneProof | None:
    """Return what the reader has proven, if that is not too long ago."""
    try:
        kept = signed_within(request.COOKIES.get(cookie_name(), ""), SALT, VALID_FOR)
    except signing.BadSignature:
        return None
    return PhoneProof(*kept)


def proof_for(request: HttpRequest, last_four: str) -> PhoneProof | None:
    """Return the proof of whoever holds the phone whose digits they give.

    They are only counted by themselves, so that nobody else can use up what they are allowed.
    """
    proof = proof_of(request)
    return proof if proof and hmac.compare_digest(proof.last_four, last_four) else None
