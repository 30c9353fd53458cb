"""For how long the single sign-on provider's word counts, and what ends with it.

Whoever came by single sign-on needs a confirmation by the provider that is not older than
OIDC_CONFIRM_HOURS: by a sign-in, or by the check with a refresh token. Without one their sessions
end and their tokens are refused until the next. Who lost the group loses both at once and for good.
"""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from statuspage.lib.database_clock import database_now
from statuspage.staff import recency
from statuspage.staff.audit import record
from statuspage.staff.encryption import seal, unseal
from statuspage.staff.impersonal import account
from statuspage.staff.models import ApiToken, ProviderConfirmation, Staff
from statuspage.staff.signing_in import sessions_end


def is_confirmed(staff: Staff) -> bool:
    """Return whether the provider's word still counts, or is not asked for."""
    row: ProviderConfirmation | None = getattr(staff, "confirmation", None)
    if row is None:
        return True
    if row.confirmed_at is None:
        return False
    age = (database_now() - row.confirmed_at).total_seconds()
    return recency.is_within(age, settings.OIDC_CONFIRM_HOURS * 3600)


def confirm(staff: Staff, *, refresh_token: str = "") -> None:
    """Note that the provider has just said that they may come in."""
    values: dict[str, Any] = {"confirmed_at": Now(), "asked_at": Now()}
    if refresh_token:
        values["sealed"] = sealed(refresh_token)
    ProviderConfirmation.objects.update_or_create(staff=staff, defaults=values)


def sealed(refresh_token: str) -> bytes:
    """Return the refresh token as it is kept, with the provider that gave it."""
    return seal(f"{settings.OIDC_ISSUER}\n{refresh_token}")


def refresh_token_of(row: ProviderConfirmation) -> str:
    """Return the refresh token; empty if another provider gave it: this one must not learn it."""
    issuer, _, refresh_token = unseal(row.sealed or b"").partition("\n")
    return refresh_token if issuer == settings.OIDC_ISSUER else ""


def role_update(staff: Staff, role: str, *, ip: str = "") -> None:
    """Give them the role that their groups give today."""
    with transaction.atomic():
        kept = Staff.objects.select_for_update().get(pk=staff.pk)
        if kept.role != role:
            before = {"role": kept.role}
            staff.role = kept.role = role
            kept.save(update_fields=["role"])
            record(act="staff.role", staff=staff, ip=ip, before=before, after={"role": str(role)})


def access_lost(staff: Staff, *, ip: str = "") -> None:
    """End sessions and tokens for good: the provider says that no group gives a role."""
    with transaction.atomic():
        tokens = ApiToken.objects.filter(staff=staff, revoked_at=None).update(revoked_at=Now())
        after = {"tokens_revoked": tokens}
        record(act="staff.access_lost", who="sso", target=account(staff.pk), ip=ip, after=after)
        _unconfirmed(staff, UserSession.objects.filter(user=staff))


def signed_out(staff: Staff, *, sid: str = "", ip: str = "") -> None:
    """End the sessions that the provider ended; tokens wait until it confirms them again."""
    rows = UserSession.objects.filter(user=staff)
    with transaction.atomic():
        record(act="staff.signed_out_by_provider", who="sso", target=account(staff.pk), ip=ip)
        _unconfirmed(staff, rows.filter(data__sid=sid) if sid else rows)


def unconfirmed(staff: Staff) -> None:
    """End sessions, and refuse tokens until the next sign-in: the provider knows them no more."""
    with transaction.atomic():
        record(act="staff.unconfirmed", who="sso", target=account(staff.pk))
        ProviderConfirmation.objects.filter(staff=staff).update(sealed=None)
        _unconfirmed(staff, UserSession.objects.filter(user=staff))


def due() -> QuerySet[ProviderConfirmation]:
    """Return those about whom the provider is to be asked: halfway through, or not confirmed."""
    half = timedelta(hours=settings.OIDC_CONFIRM_HOURS) / 2
    rows = ProviderConfirmation.objects.exclude(sealed=None).filter(staff__is_active=True)
    late = rows.filter(confirmed_at__lt=Now() - half) | rows.filter(confirmed_at=None)
    return late.order_by(F("asked_at").asc(nulls_first=True))


def _unconfirmed(staff: Staff, sessions: QuerySet[UserSession]) -> None:
    ProviderConfirmation.objects.update_or_create(staff=staff, defaults={"confirmed_at": None})
    sessions_end(sessions)
