"""Ask the single sign-on provider again about people, and take its word that somebody left."""

import hashlib
import logging
from datetime import timedelta
from typing import Any, Final

import jwt
import requests
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from statuspage.staff import confirmation, recency
from statuspage.staff.encryption import DecryptionFailed
from statuspage.staff.models import ProviderConfirmation, SpentLogoutToken, Staff
from statuspage.staff.oidc_tokens import LONGEST_TOKEN, subject_of
from statuspage.staff.sso import OidcAdapter, account_of, adapter_of, role_of, session

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
# A logout token is taken that was signed so lately, once.
FRESH_SECONDS: Final = 300
FORGET: Final = timedelta(days=1)
# People that one run of the check asks about: each answer may take ten seconds.
AT_ONCE: Final = 20
# Between two questions about the same person, when the provider gave no answer.
PAUSE: Final = timedelta(minutes=5)
# What is wrong with an answer: the network, a signature or claim, or its form.
PROBLEMS: Final = (
    requests.RequestException,
    jwt.PyJWTError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)

logger = logging.getLogger(__name__)


class LogoutRefused(Exception):
    """The logout token is not one of the provider's, for us, of now, for the first time."""


class _Ended(Exception):
    """The refresh token works no more: the provider says so, or it was another provider's."""


def check_people() -> int:
    """Ask about everybody whose confirmation is due; return how many were asked about."""
    if not settings.OIDC_ISSUER:
        return 0
    asked = 0
    for row in _claimed():
        asked += 1
        try:
            _check(row)
        except _Ended:
            confirmation.unconfirmed(row.staff)
        except (*PROBLEMS, DecryptionFailed) as problem:
            # Not confirmed, not lost either: the next run asks again, and the hours go on.
            logger.warning("the provider gave no answer: %s", type(problem).__name__)
    SpentLogoutToken.objects.filter(at__lt=Now() - FORGET).delete()
    return asked


def logout(token: str, ip: str = "") -> None:
    """End what a logout token names (OpenID Connect Back-Channel Logout 1.0, section 2.6).

    It is used up together with its effect: the provider may repeat one that we failed to act on.

    Raises:
        LogoutRefused: it is none, or was taken before.
    """
    try:
        _is_for_us(token)
        claims = adapter_of(HttpRequest()).claims_of(token)
        staff, sid = _named(claims)
    except PROBLEMS as problem:
        raise LogoutRefused(type(problem).__name__) from problem
    spent = hashlib.sha256(f"{claims['iss']}\x00{claims['jti']}".encode()).hexdigest()
    with transaction.atomic():
        if not SpentLogoutToken.objects.get_or_create(sha256=spent)[1]:
            raise LogoutRefused("twice")
        for one in staff:
            confirmation.signed_out(one, sid=sid, ip=ip)


def _claimed() -> list[ProviderConfirmation]:
    with transaction.atomic():
        rows = confirmation.due().exclude(asked_at__gt=Now() - PAUSE)
        found = list(rows.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
        ProviderConfirmation.objects.filter(pk__in=[one.pk for one in found]).update(asked_at=Now())
    return found


def _check(row: ProviderConfirmation) -> None:
    adapter, staff = adapter_of(HttpRequest()), row.staff
    refresh_token = confirmation.refresh_token_of(row)
    if not refresh_token:
        raise _Ended
    answer = _refreshed(adapter, refresh_token)
    claims = _claims(adapter, answer)
    if account_of(subject_of(claims)) != staff:
        raise ValueError("somebody else")
    renewed = answer.get("refresh_token")
    if isinstance(renewed, str) and renewed:
        ProviderConfirmation.objects.filter(pk=row.pk).update(sealed=confirmation.sealed(renewed))
    role = role_of(claims)
    if role is None:
        confirmation.access_lost(staff)
    else:
        confirmation.role_update(staff, role)
        confirmation.confirm(staff)


def _refreshed(adapter: OidcAdapter, refresh_token: str) -> dict[str, Any]:
    """Return the provider's answer to the refresh token (RFC 6749, section 6)."""
    body = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    client = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    if not adapter.basic_auth:
        body |= {"client_id": client[0], "client_secret": client[1]}
    with session() as exchange:
        answer = exchange.post(
            adapter.access_token_url, data=body, auth=client if adapter.basic_auth else None
        )
    told = answer.json()
    if answer.status_code == 400 and told.get("error") == "invalid_grant":
        raise _Ended
    answer.raise_for_status()
    return dict(told)


def _claims(adapter: OidcAdapter, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the answer says of the person: in an ID token, or where it lets us ask."""
    if answer.get("id_token"):
        return adapter.claims_of(answer["id_token"])
    with session() as exchange:
        told = exchange.get(
            adapter.profile_url, headers={"Authorization": f"Bearer {answer['access_token']}"}
        )
    told.raise_for_status()
    return dict(told.json())


def _is_for_us(token: str) -> None:
    """Look before the provider's keys are fetched: strangers may send anything, and often."""
    if len(token) > LONGEST_TOKEN:
        raise ValueError("too long")
    claims = jwt.decode(token, options={"verify_signature": False})
    if claims.get("iss") != settings.OIDC_ISSUER:
        raise ValueError("another issuer")


def _named(claims: dict[str, Any]) -> tuple[list[Staff], str]:
    """Return whom the token signs out, and of which session."""
    events = claims["events"]
    if not isinstance(events[EVENT], dict):
        raise TypeError("no logout")
    if "nonce" in claims or not isinstance(claims["jti"], str) or not claims["jti"]:
        raise ValueError("no logout token")
    if not -FRESH_SECONDS < recency.now() - float(claims["iat"]) < FRESH_SECONDS:
        raise ValueError("an old one")
    sid = claims.get("sid", "")
    if not isinstance(sid, str) or not (sid or "sub" in claims):
        raise ValueError("nobody")
    if "sub" in claims:
        found = account_of(subject_of(claims))
        return [found] if found else [], sid
    rows = UserSession.objects.filter(data__sid=sid, user__confirmation__isnull=False)
    return list(Staff.objects.filter(pk__in=rows.values("user"))), sid
