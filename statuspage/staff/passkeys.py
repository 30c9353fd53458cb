"""Passkeys (WebAuthn Level 3): a second factor that a phishing page cannot use."""

import json
import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from statuspage.staff.audit import record
from statuspage.staff.impersonal import account
from statuspage.staff.models import Passkey, Staff

MOST_PASSKEYS: Final = 10
NAME_LENGTH: Final = 60
# A challenge is answered within minutes, once, by the browser that it was given to.
CHALLENGE_SECONDS: Final = 300
LONGEST_ANSWER: Final = 20_000
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,1400}")
# What the library raises for a wrong answer, and for a malformed one.
BROKEN: Final = (
    WebAuthnException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)

Challenge = dict[str, Any]


class PasskeyRefused(Exception):
    """The answer does not come from the requested passkey."""


def site() -> tuple[str, str]:
    """Return the relying party's id, which is the host, and the origin of its pages."""
    return urlsplit(settings.SITE_URL).hostname or "", settings.SITE_URL


def passkeys_of(staff: Staff) -> list[Passkey]:
    """Return the passkeys of a member of staff, oldest first."""
    return list(Passkey.objects.filter(staff=staff).order_by("pk"))


def registration_begin(staff: Staff) -> tuple[str, Challenge]:
    """Return the options for the browser as JSON, and the challenge to keep in its session."""
    options = generate_registration_options(
        rp_id=site()[0],
        rp_name=f"{settings.OPERATOR_NAME['en']} Candor",
        user_id=str(staff.pk).encode(),
        user_name=staff.get_username(),
        exclude_credentials=_descriptors(staff),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options), _challenge(options.challenge, "add")


def registration_finish(
    *, staff: Staff, answer: str, challenge: Challenge | None, name: str, ip: str = ""
) -> Passkey:
    """Keep the new passkey.

    Raises:
        PasskeyRefused: it is no answer to that challenge from this site, or there are too many.
    """
    expected = _expected(challenge, "add")
    rp_id, origin = site()
    try:
        found = verify_registration_response(
            credential=_read(answer),
            expected_challenge=expected,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise PasskeyRefused from error
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=staff.pk)
        known = bytes_to_base64url(found.credential_id)
        if (
            Passkey.objects.filter(staff=staff).count() >= MOST_PASSKEYS
            or Passkey.objects.filter(credential_id=known).exists()
        ):
            raise PasskeyRefused
        passkey = Passkey.objects.create(
            staff=staff,
            name=_name(name) or f"{timezone.localtime():%Y-%m-%d %H:%M}",
            credential_id=known,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
        )
        after = {"kind": "passkey", "name": passkey.name}
        record(act="second_factor.added", staff=staff, ip=ip, after=after)
    return passkey


def authentication_begin(staff: Staff) -> tuple[str, Challenge]:
    """Return the options for the browser as JSON, and the challenge to keep in its session."""
    options = generate_authentication_options(
        rp_id=site()[0],
        allow_credentials=_descriptors(staff),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options), _challenge(options.challenge, "show")


def authentication_finish(*, staff: Staff, answer: str, challenge: Challenge | None) -> Passkey:
    """Return the passkey that answered.

    Raises:
        PasskeyRefused: it is no answer to that challenge by a passkey of theirs, or a copy of one.
    """
    expected = _expected(challenge, "show")
    rp_id, origin = site()
    credential = _read(answer)
    with transaction.atomic():
        passkey = (
            Passkey.objects.select_for_update()
            .filter(staff=staff, credential_id=str(credential["id"]))
            .first()
        )
        if passkey is None:
            raise PasskeyRefused
        try:
            found = verify_authentication_response(
                credential=credential,
                expected_challenge=expected,
                expected_rp_id=rp_id,
                expected_origin=origin,
                credential_public_key=bytes(passkey.public_key),
                # A count that does not grow means that the key was copied.
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except BROKEN as error:
            raise PasskeyRefused from error
        passkey.sign_count, passkey.last_used_at = found.new_sign_count, timezone.now()
        passkey.save(update_fields=["sign_count", "last_used_at"])
    return passkey


def passkey_remove(*, passkey: Passkey, by: Staff, ip: str = "") -> None:
    """Remove a passkey."""
    with transaction.atomic():
        before = {"kind": "passkey", "name": passkey.name}
        target = account(passkey.staff_id)
        passkey.delete()
        record(act="second_factor.removed", staff=by, ip=ip, target=target, before=before)


def _descriptors(staff: Staff) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in passkeys_of(staff)
    ]


def _challenge(value: bytes, purpose: str) -> Challenge:
    at = timezone.now().timestamp()
    return {"value": bytes_to_base64url(value), "for": purpose, "at": at}


def _expected(challenge: Challenge | None, purpose: str) -> bytes:
    if challenge is None or challenge["for"] != purpose:
        raise PasskeyRefused
    given = datetime.fromtimestamp(challenge["at"], tz=timezone.get_current_timezone())
    if (timezone.now() - given).total_seconds() > CHALLENGE_SECONDS:
        raise PasskeyRefused
    return base64url_to_bytes(challenge["value"])


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    # The database is asked for the id: it must be one that a browser may write.
    if not isinstance(found, dict) or not ID.fullmatch(str(found.get("id", ""))):
        raise PasskeyRefused
    return found


def _name(typed: str) -> str:
    return "".join(filter(str.isprintable, typed)).strip()[:NAME_LENGTH]
