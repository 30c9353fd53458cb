"""Issuing, checking and revoking API tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from statuspage.lib.database_clock import database_now
from statuspage.staff.audit import record
from statuspage.staff.confirmation import is_confirmed
from statuspage.staff.impersonal import account
from statuspage.staff.links import staff_of_link
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.permissions import Act, may, scopes_for
from statuspage.staff.roles import Scope
from statuspage.staff.second_person import doubtful_tokens_revoke
from statuspage.staff.signing_in import sign_out_elsewhere

PREFIX: Final = "candor_"
# last_used_at is a hint for people; writing it on each request would be one UPDATE a request.
LAST_USED_GRAIN: Final = timedelta(minutes=1)
LONGEST_DAYS: Final = 366


def token_issue(
    *,
    name: str,
    staff: Staff,
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    by: Staff | None = None,
    ip: str = "",
    confirmed: bool = False,
) -> str:
    """Create a token and return its secret: the only time that it can be seen.

    One that publishes alone works when a second person has confirmed it. Without `scopes` it may
    do all else that its owner may; without `expires_at` it is valid for a year. `by` is the issuer,
    if not a command on the server, which alone may say that the token is `confirmed`.
    """
    if confirmed and by is not None:
        raise TypeError("a person's token is confirmed by another person")
    secret = PREFIX + secrets.token_urlsafe(32)
    given = [*scopes] if scopes is not None else _usual_scopes(staff, alone=confirmed)
    expires_at = expires_at or timezone.now() + timedelta(days=LONGEST_DAYS)
    with transaction.atomic():
        token = ApiToken.objects.create(
            name=name,
            staff=staff,
            sha256=_hash(secret),
            scopes=given,
            expires_at=expires_at,
            issued_by=by,
            confirmed_at=database_now() if confirmed or Scope.ALONE not in given else None,
        )
        after = {"for": account(staff.pk), "scopes": given, "expires_at": expires_at}
        after["confirmed"] = token.confirmed_at is not None
        record(act="token.issued", staff=by, who="manage.py", target=name, ip=ip, after=after)
    return secret


def token_revoke(*, token: ApiToken, by: Staff, ip: str = "") -> None:
    """Revoke the token; it stays in the list, because the audit log names it."""
    with transaction.atomic():
        done = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if done:
            before = {"for": account(token.staff_id), "scopes": token.scopes}
            record(act="token.revoked", staff=by, target=token.name, ip=ip, before=before)


def token_check(secret: str, ip: str = "") -> ApiToken | None:
    """Return the token with this secret; None when unknown, expired, revoked or of inactive staff.

    The use of an expired or revoked token is recorded, once a minute. An unknown secret is not:
    anyone could fill the audit log, which is never emptied.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("staff__confirmation").filter(sha256=_hash(secret)).first()
    )
    if token is None:
        return None
    works = token.works(now) and is_confirmed(token.staff)
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_GRAIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        if not works:
            record(act="token.refused", staff=token.staff, token=token, target=token.name, ip=ip)
    return token if works else None


def password_set(*, staff: Staff, password: str, ip: str = "", but: str | None = None) -> None:
    """Give somebody the password that they chose; their sessions end, except the one with `but`.

    Without it they came by a link. Then tokens end that were issued while others could sign in.
    """
    with transaction.atomic():
        if but is None:
            doubtful_tokens_revoke(staff)
        staff.set_password(password)
        staff.link_made_at = None
        staff.save(update_fields=["password", "link_made_at"])
        sign_out_elsewhere(staff=staff, but=but)
        record(act="password.set", staff=staff, ip=ip)


def password_set_by_link(*, uid: str, key: str, password: str, ip: str = "") -> Staff | None:
    """Set the password of whose link it is; None where it no longer works.

    It works once also for two who open it at once.
    """
    with transaction.atomic():
        found = staff_of_link(uid, key)
        if found is None:
            return None
        Staff.objects.select_for_update().get(pk=found.pk)
        kept = staff_of_link(uid, key)
        if kept is not None:
            password_set(staff=kept, password=password, ip=ip)
        return kept


def tokens_seen_by(staff: Staff) -> QuerySet[ApiToken]:
    """Return tokens, newest first: everybody's for administrators, else one's own."""
    rows = ApiToken.objects.select_related("staff").order_by("-pk")
    return rows if may(staff, Act.ALL_TOKENS) else rows.filter(staff=staff)


def _usual_scopes(staff: Staff, *, alone: bool) -> list[str]:
    return [str(one) for one in scopes_for(staff) if alone or one != Scope.ALONE]


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would add cost and no safety.
    return hashlib.sha256(secret.encode()).hexdigest()
