"""What administrators do to the accounts of others; each act is recorded.

Nobody does it to their own account, and whoever does it is a confirmed administrator who stays one:
so there is always somebody left who can.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from statuspage.staff.audit import record
from statuspage.staff.models import AccountChange, ApiToken, Staff
from statuspage.staff.permissions import Act, may
from statuspage.staff.roles import BY_POWER, MAY_ADMINISTER, Role
from statuspage.staff.second_factor import factors_remove
from statuspage.staff.second_person import changed, doubtful_tokens_revoke, tokens_end
from statuspage.staff.signing_in import sign_out_elsewhere

Kind = AccountChange.Kind


def account_create(
    *,
    username: str,
    email: str = "",
    role: str,
    language: str = "zh-hans",
    by: Staff | None = None,
    ip: str = "",
) -> Staff:
    """Create an account that nobody can sign in to yet; without `by`, by a command.

    Raises:
        ValidationError: the name or the address is not possible, or taken.
    """
    staff = Staff(username=username, email=email.strip(), role=role, language=language)
    staff.set_unusable_password()
    with transaction.atomic():
        if by is not None:
            _check_administrator(by)
        staff.full_clean()
        check_email_free(staff)
        staff.save()
        changed(staff, Kind.CREATED, by)
        _record("account.created", staff, by, ip, after={"role": role})
    return staff


def role_change(*, staff: Staff, role: str, by: Staff, ip: str = "") -> None:
    """Give them another role; one with more power counts once another person confirmed it."""
    with changing(staff, by) as kept:
        before = kept.role
        if role == before:
            return
        kept.role = Role(role)
        kept.save(update_fields=["role"])
        if BY_POWER.index(kept.role) > BY_POWER.index(Role(before)):
            changed(kept, Kind.ROLE, by)
        _record("account.role", kept, by, ip, before={"role": before}, after={"role": role})


def email_change(*, staff: Staff, email: str, by: Staff, ip: str = "") -> None:
    """Give them another address: who reads it could ask for a new password."""
    with changing(staff, by) as kept:
        if email.strip() == kept.email:
            return
        kept.email = email.strip()
        kept.full_clean()
        check_email_free(kept)
        kept.save(update_fields=["email"])
        changed(kept, Kind.EMAIL, by)
        _record("account.email", kept, by, ip, after={"email": kept.email})


def language_change(*, staff: Staff, language: str, by: Staff, ip: str = "") -> None:
    """Write to them in another language."""
    with changing(staff, by) as kept:
        kept.language = language
        kept.save(update_fields=["language"])
        _record("account.language", kept, by, ip, after={"language": language})


def account_disable(*, staff: Staff, by: Staff, ip: str = "") -> None:
    """Sign them out everywhere and let them in no more; their tokens end for good.

    Enabling the account again brings back neither its password nor who may hold a token of it.
    """
    with changing(staff, by) as kept:
        if kept.is_active:
            kept.is_active = False
            _close(kept, "is_active")
            tokens_end(ApiToken.objects.filter(staff=kept))
            sign_out_elsewhere(staff=kept, but=None)
            _record("account.disabled", kept, by, ip)


def account_enable(*, staff: Staff, by: Staff, ip: str = "") -> None:
    """Let them in again; it counts as a new account until another person confirmed it."""
    with changing(staff, by) as kept:
        if not kept.is_active:
            kept.is_active = True
            kept.save(update_fields=["is_active"])
            changed(kept, Kind.ENABLED, by)
            _record("account.enabled", kept, by, ip)


def sign_in_reset(*, staff: Staff, by: Staff, ip: str = "") -> None:
    """Remove password and second factors, and sign them out; they need a new link."""
    with changing(staff, by) as kept:
        _close(kept)
        doubtful_tokens_revoke(kept)
        factors_remove(staff=kept, by=by, ip=ip)
        sign_out_elsewhere(staff=kept, but=None)
        changed(kept, Kind.RESET, by)
        _record("account.reset", kept, by, ip)


def link_revoke(*, staff: Staff, by: Staff, ip: str = "") -> None:
    """Make the link that is on its way worthless."""
    with changing(staff, by) as kept:
        if kept.waits_for_owner:
            _close(kept)
            _record("account.link_revoked", kept, by, ip)


@contextmanager
def changing(staff: Staff, by: Staff | None) -> Iterator[Staff]:
    """Yield the account as it now is, kept from others until the end, as are all administrators.

    Without `by`, a command does it.

    Raises:
        ValidationError: `by` is no confirmed administrator, or it is their own account.
    """
    with transaction.atomic():
        rows = Staff.objects.select_for_update().order_by("pk")
        found = {one.pk: one for one in rows.filter(Q(pk=staff.pk) | Q(role__in=MAY_ADMINISTER))}
        if by is not None:
            _check_administrator(found.get(by.pk))
            if staff.pk == by.pk:
                raise ValidationError(_("Another administrator must change your account."), "own")
        yield found[staff.pk]


def check_email_free(staff: Staff) -> None:
    """Raise ValidationError if another account has the address: a link goes to one person."""
    others = Staff.objects.exclude(pk=staff.pk).filter(email__iexact=staff.email)
    if staff.email and others.exists():
        raise ValidationError({"email": [_("Another account has this address.")]})


def _check_administrator(by: Staff | None) -> None:
    if by is None or not may(by, Act.PEOPLE):
        raise ValidationError(_("Only confirmed administrators can do this."), "role")


def _close(kept: Staff, *fields: str) -> None:
    """Take the password away, and with it every link to set one."""
    kept.set_unusable_password()
    kept.link_made_at = None
    kept.save(update_fields=["password", "link_made_at", *fields])


def _record(act: str, staff: Staff, by: Staff | None, ip: str, **states: Any) -> None:
    record(act=act, staff=by, who="manage.py", target=staff.get_username(), ip=ip, **states)
