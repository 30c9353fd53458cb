"""What the sign-in of earlier releases kept, in the form in which allauth keeps it.

Called by one migration, with the models as they were then; it names no model of today.
"""

import hashlib
import struct
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models.functions import Now
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

from statuspage.staff.encryption import seal

# WebAuthn Level 3, section 6.1: the person was present, and verified, and a key was attested.
FLAGS: Final = 0x01 | 0x04 | 0x40
NO_MODEL: Final = bytes(16)
# allauth's columns; a longer id of a person is kept as its hash, as statuspage/staff/sso.py does.
UID_LENGTH: Final = 191


def carry_over(apps: Any, _editor: Any) -> None:
    """Copy everything but sessions, which end."""
    for copy in (_apps_of_phones, _paper, _passkeys, _identities):
        copy(apps)


def registration(credential_id: str, public_key: bytes, host: str) -> dict[str, Any]:
    """Return the answer of a browser that made this passkey, which is what allauth keeps.

    We have kept its id and its public key only. The rest, an attestation that nobody asked for and
    the challenge of that day, is looked at once, when the passkey is made.
    """
    key_id = websafe_decode(credential_id)
    data = (
        hashlib.sha256(host.encode()).digest()
        + struct.pack(">BI", FLAGS, 0)
        + NO_MODEL
        + struct.pack(">H", len(key_id))
        + key_id
        + public_key
    )
    attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    told = b'{"type":"webauthn.create","challenge":"","origin":""}'
    response = {"clientDataJSON": told, "attestationObject": attestation}
    return {
        "id": credential_id,
        "rawId": credential_id,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {name: websafe_encode(value) for name, value in response.items()},
    }


def _apps_of_phones(apps: Any) -> None:
    rows = apps.get_model("staff", "Totp").objects.exclude(confirmed_at=None)
    for one in rows.iterator():
        # The secret stays sealed as it is, and the last code that was taken stays taken.
        data = {"secret": bytes(one.sealed).decode(), "last_step": one.last_step}
        _authenticator(apps, one.staff_id, "totp", data, created_at=one.confirmed_at)


def _paper(apps: Any) -> None:
    codes = apps.get_model("staff", "RecoveryCode").objects.filter(used_at=None)
    # Whoever has used up all of them has none either.
    of_staff: dict[int, list[str]] = {}
    for one in codes.order_by("pk").iterator():
        of_staff.setdefault(one.staff_id, []).append(seal(one.sha256).decode())
    for staff, sealed in of_staff.items():
        # We know the hashes only; second_factor.py compares those.
        data = {"migrated_codes": sealed, "viewed_at": 0}
        _authenticator(apps, staff, "recovery_codes", data)


def _passkeys(apps: Any) -> None:
    host = urlsplit(settings.SITE_URL).hostname or ""
    for one in apps.get_model("staff", "Passkey").objects.order_by("pk").iterator():
        credential = registration(one.credential_id, bytes(one.public_key), host)
        data = {"name": one.name, "credential": credential, "sign_count": one.sign_count}
        _authenticator(
            *(apps, one.staff_id, "webauthn", data),
            created_at=one.created_at,
            last_used_at=one.last_used_at,
        )


def _identities(apps: Any) -> None:
    account = apps.get_model("socialaccount", "SocialAccount")
    confirmation = apps.get_model("staff", "ProviderConfirmation")
    for one in apps.get_model("staff", "Identity").objects.order_by("pk").iterator():
        uid = one.subject
        if len(uid) > UID_LENGTH:
            uid = f"sha256:{hashlib.sha256(uid.encode()).hexdigest()}"
        account.objects.create(user_id=one.staff_id, provider=one.issuer, uid=uid, extra_data={})
        # From now on they have a day to sign in; then their tokens are refused until they do.
        confirmation.objects.get_or_create(staff_id=one.staff_id, defaults={"confirmed_at": Now()})


def _authenticator(apps: Any, staff: int, kind: str, data: dict[str, Any], **times: Any) -> None:
    model = apps.get_model("mfa", "Authenticator")
    row = model.objects.create(user_id=staff, type=kind, data=data)
    if times:
        model.objects.filter(pk=row.pk).update(**times)
