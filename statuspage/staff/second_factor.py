"""The second factor: codes of an authenticator app, and recovery codes for when it is lost."""

import hashlib
import secrets
from datetime import datetime
from typing import Final

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from statuspage.staff.audit import record
from statuspage.staff.encryption import seal, unseal
from statuspage.staff.impersonal import account
from statuspage.staff.models import Passkey, RecoveryCode, Staff, Totp
from statuspage.staff.permissions import Act, roles_for

STEP: Final = 30  # seconds; RFC 6238, and what every authenticator app expects
DRIFT: Final = 1  # steps by which a phone's clock may be off, either way
RECOVERY_CODES: Final = 10
# Without letters and digits that look alike on paper.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def is_required(staff: Staff) -> bool:
    """Return whether the settings require a second factor of this approver or administrator."""
    return settings.STAFF_SECOND_FACTOR == "required" and staff.role in roles_for(Act.APPROVE)


def has_one(staff: Staff) -> bool:
    """Return whether signing in requires more than the password."""
    return has_app(staff) or Passkey.objects.filter(staff=staff).exists()


def has_app(staff: Staff) -> bool:
    """Return whether an authenticator app is set up."""
    return Totp.objects.filter(staff=staff, confirmed_at__isnull=False).exists()


def totp_begin(*, staff: Staff) -> str:
    """Return a new secret, in base32, that works once a code of it was entered.

    Until then the secret stays the same, so that a reloaded page shows the same QR code.
    """
    with transaction.atomic():
        Staff.objects.select_for_update().get(pk=staff.pk)
        waiting, _new = Totp.objects.get_or_create(
            staff=staff, defaults={"sealed": seal(pyotp.random_base32())}
        )
    return unseal(waiting.sealed)


def totp_uri(secret: str, staff: Staff) -> str:
    """Return the URI that the authenticator app reads from the QR code."""
    issuer = f"{settings.OPERATOR_NAME['en']} Candor"
    return pyotp.TOTP(secret).provisioning_uri(name=staff.get_username(), issuer_name=issuer)


def totp_confirm(*, staff: Staff, code: str, ip: str = "") -> list[str] | None:
    """Activate the factor; return recovery codes, shown only now, or None for a wrong code."""
    with transaction.atomic():
        totp = Totp.objects.select_for_update().filter(staff=staff, confirmed_at=None).first()
        if totp is None or not _taken(totp, code):
            return None
        totp.confirmed_at = timezone.now()
        totp.save(update_fields=["confirmed_at"])
        record(act="second_factor.added", staff=staff, ip=ip, after={"kind": "totp"})
        return recovery_codes_renew(staff=staff, ip=ip)


def totp_remove(*, staff: Staff, by: Staff | None, ip: str = "") -> None:
    """Remove the app, for a new phone, and the recovery codes if no other factor is left."""
    with transaction.atomic():
        Totp.objects.filter(staff=staff).delete()
        if not has_one(staff):
            RecoveryCode.objects.filter(staff=staff).delete()
        record(
            act="second_factor.removed",
            staff=by,
            who="manage.py",
            ip=ip,
            target=account(staff.pk),
            before={"kind": "totp"},
        )


def factors_remove(*, staff: Staff, by: Staff | None = None, ip: str = "") -> None:
    """Remove every factor of someone who lost theirs."""
    with transaction.atomic():
        Passkey.objects.filter(staff=staff).delete()
        totp_remove(staff=staff, by=by, ip=ip)


def recovery_codes_renew(*, staff: Staff, ip: str = "") -> list[str]:
    """Return ten new recovery codes; the earlier ones no longer work."""
    codes = [_new_code() for _number in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(staff=staff).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(staff=staff, sha256=_hash(code)) for code in codes
        )
        record(act="recovery_codes.renewed", staff=staff, ip=ip)
    return codes


def code_check(*, staff: Staff, code: str) -> bool:
    """Return whether the code of the app, or the recovery code, is right, and use it up."""
    now = timezone.now()
    with transaction.atomic():
        confirmed = Totp.objects.select_for_update().exclude(confirmed_at=None)
        totp = confirmed.filter(staff=staff).first()
        if totp is not None and _taken(totp, code):
            return True
        codes = RecoveryCode.objects.filter(staff=staff, sha256=_hash(code), used_at=None)
        return bool(codes.update(used_at=now))


def _taken(totp: Totp, code: str) -> bool:
    """Return whether the code belongs to a later step than the last one used, and use it up."""
    app, now = pyotp.TOTP(unseal(totp.sealed)), int(timezone.now().timestamp()) // STEP
    typed = "".join(code.split())
    for step in range(now - DRIFT, now + DRIFT + 1):
        moment = datetime.fromtimestamp(step * STEP, tz=timezone.get_current_timezone())
        if step > totp.last_step and pyotp.utils.strings_equal(app.at(moment), typed):
            totp.last_step = step
            totp.save(update_fields=["last_step"])
            return True
    return False


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _letter in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _hash(code: str) -> str:
    # 59 random bits, and five tries before the rate limit: a slow hash would add nothing.
    plain = "".join(code.split()).replace("-", "").casefold()
    return hashlib.sha256(plain.encode()).hexdigest()
