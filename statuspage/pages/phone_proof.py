"""Proof that a reader holds a phone: a signed cookie, for half an hour."""

from typing import Final, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SALT: Final = "pages.phone"
SECONDS: Final = 1800


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
        signing.dumps(proof, salt=SALT),
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def proof_of(request: HttpRequest) -> PhoneProof | None:
    """Return what the reader has proven, if that is not too long ago."""
    try:
        last_four, name = signing.loads(
            request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=SECONDS
        )
    except (signing.BadSignature, ValueError):
        return None
    return PhoneProof(last_four, name)
