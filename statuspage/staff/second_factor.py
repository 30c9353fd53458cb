"""The second factor: codes of an authenticator app, and recovery codes for when it is lost."""

import hashlib
import hmac
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.db import transaction

from statuspage.staff import recency
from statuspage.staff.audit import record
from statuspage.staff.encryption import seal, unseal
from statuspage.staff.impersonal import account
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may

STEP: Final = 30  # seconds; RFC 6238, and what every authenticator app expects
DRIFT: Final = 1  # steps by which a phone's clock may be off, either way
# In the session: the key of an app that waits for its first code; sealed.
WAITING: Final = "totp_waiting"
MAIN: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_required(staff: Staff) -> bool:
    """Return whether the settings require one: of all who publish or read subscribers."""
    needs_one = may(staff, Act.PUBLISH) or may(staff, Act.READ_SUBSCRIBERS)
    return bool(settings.STAFF_SECOND_FACTOR == "required" and needs_one)


def has_one(staff: Staff) -> bool:
    """Return whether signing in requires more than the password."""
    return bool(Authenticator.objects.filter(user=staff, type__in=MAIN).exists())


def has_app(staff: Staff) -> bool:
    """Return whether an authenticator app is set up."""
    return bool(Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists())


def passkeys_of(staff: Staff) -> list[Authenticator]:
    """Return the passkeys of a member of staff, oldest first."""
    rows = Authenticator.objects.filter(user=staff, type=Authenticator.Type.WEBAUTHN)
    return list(rows.order_by("pk"))


def recovery_codes_of(staff: Staff) -> list[str]:
    """Return the recovery codes that are left; for those from before allauth, their hashes."""
    row = Authenticator.objects.filter(user=staff, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(row).get_unused_codes()) if row else []


def waiting_key(session: Any) -> str:
    """Return the key of an app that is being set up, in base32.

    Until its first code it stays the same, so that a reloaded page shows the same QR code.
    """
    if WAITING not in session:
        session[WAITING] = seal(generate_totp_secret()).decode()
    return unseal(session[WAITING].encode())


def step_of(key: str, code: str, after: int = 0) -> int | None:
    """Return the half minute to which the code belongs; None for a wrong or a used one."""
    typed, now = "".join(code.split()), int(recency.now()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        right = format_hotp_value(hotp_value(key, step))
        if step > after and hmac.compare_digest(right.encode(), typed.encode()):
            return step
    return None


def code_check(*, staff: Staff, code: str) -> Authenticator | None:
    """Return the app or the recovery codes to which the code belongs, and use it up."""
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user=staff)
        for one in rows.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
            if (_app_shows if one.type == Authenticator.Type.TOTP else _is_on_paper)(one, code):
                return one
    return None


def used_until(row: Authenticator, step: int) -> None:
    """Keep the half minute of the last accepted code: no code works twice.

    allauth keeps that in the cache, which may be empty after a restart.
    """
    row.data["last_step"] = step
    row.save(update_fields=["data"])


def factors_remove(*, staff: Staff, by: Staff | None = None, ip: str = "") -> None:
    """Remove every factor of someone who lost theirs."""
    with transaction.atomic():
        Authenticator.objects.filter(user=staff).delete()
        record(
            act="second_factor.removed",
            staff=by,
            who="manage.py",
            ip=ip,
            target=account(staff.pk),
            before={"kind": "all"},
        )


def hash_of(code: str) -> str:
    """Return what stood for a recovery code before allauth: the hash of 59 random bits."""
    plain = "".join(code.split()).replace("-", "").casefold()
    return hashlib.sha256(plain.encode()).hexdigest()


def _app_shows(row: Authenticator, code: str) -> bool:
    step = step_of(unseal(row.data["secret"].encode()), code, row.data.get("last_step", 0))
    if step is not None:
        used_until(row, step)
    return step is not None


def _is_on_paper(row: Authenticator, code: str) -> bool:
    # Of codes made before allauth we know the hash only.
    asked = hash_of(code) if "migrated_codes" in row.data else code
    return bool(RecoveryCodes(row).validate_code(asked))
