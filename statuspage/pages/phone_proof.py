"""Proof that a reader holds a phone: a signed cookie, for half an hour."""

from datetime import timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from statuspage.lib.database_clock import database_now

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
        # When it was given is PostgreSQL's to say: Django's own mark is of the process's clock.
        signing.dumps([*proof, database_now().timestamp()], salt=SALT),
        max_age=int(VALID_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def proof_of(request: HttpRequest) -> PhoneProof | None:
    """Return what the reader has proven, if that is not too long ago."""
    kept = request.COOKIES.get(cookie_name(), "")
    try:
        last_four, name, given = signing.loads(kept, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    age = database_now().timestamp() - given
    return PhoneProof(last_four, name) if 0 <= age <= VALID_FOR.total_seconds() else None
