"""Passkeys (WebAuthn Level 3): what allauth's check of them leaves open."""

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from statuspage.staff import recency
from statuspage.staff.models import Staff

MOST_PASSKEYS: Final = 10
NAME_LENGTH: Final = 60
LONGEST_ANSWER: Final = 20_000
# A challenge is answered within minutes, once, by the browser that it was given to.
CHALLENGE_SECONDS: Final = 300
ASKED_AT: Final = "passkey_asked_at"
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,1400}")
# What the library raises for a wrong answer, and for a malformed one.
BROKEN: Final = (
    ValidationError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    NotImplementedError,
    IndexError,
    OverflowError,
)


class PasskeyRefused(Exception):
    """The answer does not come from the requested passkey."""


def site() -> tuple[str, str]:
    """Return the relying party's id, which is the host, and the origin of its pages."""
    return urlsplit(settings.SITE_URL).hostname or "", settings.SITE_URL


def asked(request: HttpRequest) -> None:
    """Note when the challenge was given that allauth has put into the session."""
    request.session[ASKED_AT] = recency.now()


def new_passkey(request: HttpRequest, staff: Staff, answer: str) -> dict[str, Any]:
    """Return the answer, to be stored, of a browser that made a passkey for this site.

    Raises:
        PasskeyRefused: it is no answer to that challenge from this site, or there are too many.
    """
    credential = _read(request, answer)
    try:
        response = RegistrationResponse.from_dict(credential)
        _same_site(response.response.client_data.origin)
        data = auth.complete_registration(credential)
        # The browser says once more which id it has; what is signed counts.
        credential["id"] = credential["rawId"] = _text(data.credential_data.credential_id)
    except BROKEN as error:
        raise PasskeyRefused from error
    finally:
        auth.clear_state()
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    known = rows.filter(data__credential__id=credential["id"]).exists()
    if known or rows.filter(user=staff).count() >= MOST_PASSKEYS:
        raise PasskeyRefused
    return credential


def shown_passkey(request: HttpRequest, staff: Staff, answer: str) -> Authenticator:
    """Return the passkey that answered.

    Raises:
        PasskeyRefused: it is no answer to that challenge by a passkey of theirs, or a copy of one.
    """
    credential = _read(request, answer)
    try:
        response = AuthenticationResponse.from_dict(credential)
        _same_site(response.response.client_data.origin)
        row = auth.complete_authentication(staff, credential)
        _counted(row, response.response.authenticator_data.counter)
    except BROKEN as error:
        raise PasskeyRefused from error
    finally:
        auth.clear_state()
    return row


def name_of(typed: str) -> str:
    """Return what can be read of a name."""
    return "".join(filter(str.isprintable, typed)).strip()[:NAME_LENGTH]


def _same_site(origin: str) -> None:
    # The library would take subdomains too.
    if origin != site()[1]:
        raise ValueError("another origin")


def _counted(row: Authenticator, count: int) -> None:
    """Keep the passkey's count of uses; one that does not grow means that the key was copied."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=row.pk)
        before = kept.data.get("sign_count", 0)
        if (count or before) and count <= before:
            raise ValueError("a copy")
        kept.data["sign_count"] = count
        kept.save(update_fields=["data"])


def _read(request: HttpRequest, answer: str) -> dict[str, Any]:
    at = request.session.pop(ASKED_AT, None)
    if at is None or recency.now() - at > CHALLENGE_SECONDS:
        raise PasskeyRefused
    try:
        found = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    # The database is asked for the id: it must be one that a browser may write.
    if not isinstance(found, dict) or not ID.fullmatch(str(found.get("id", ""))):
        raise PasskeyRefused
    return found


def _text(value: bytes) -> str:
    return str(websafe_encode(value))
