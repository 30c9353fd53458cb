"""Single sign-on by OpenID Connect: accounts and roles from the provider's claims."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.db import transaction

from statuspage.lib.bounded_requests import BoundedAdapter
from statuspage.staff.audit import record
from statuspage.staff.models import Identity, Staff
from statuspage.staff.roles import BY_POWER, Role

# For each answer as a whole, with its redirects.
TIMEOUT_SECONDS: Final = 10
NAME_LENGTH: Final = 150
SUBJECT: Final = re.compile(r"[\x20-\x7e]{1,255}")


class NoRole(Exception):
    """The person has no group that gives a role here, or the account is inactive."""


class _Session(OAuth2Session):  # type: ignore[misc]
    """One exchange with the provider; Authlib makes one for each."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        adapter = BoundedAdapter(TIMEOUT_SECONDS)
        self.mount("https://", adapter)
        self.mount("http://", adapter)


class _Client(DjangoOAuth2App):  # type: ignore[misc]
    client_cls = _Session


def provider() -> Any:
    """Return the client: authorization code with PKCE, state and nonce, one session each."""
    return _provider(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)


@lru_cache(maxsize=4)
def _provider(issuer: str, client_id: str, client_secret: str) -> Any:
    # Metadata and keys are fetched when first needed, and again for a key that is not known.
    oauth = OAuth()
    oauth.register(
        name="oidc",
        client_cls=_Client,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    return oauth.oidc


def role_of(claims: Mapping[str, Any]) -> Role | None:
    """Return the most powerful role that their groups give; None where none does."""
    groups = _words(claims.get(settings.OIDC_GROUPS_CLAIM))
    given = {settings.OIDC_ROLES[one] for one in groups if one in settings.OIDC_ROLES}
    return next((one for one in reversed(BY_POWER) if one in given), None)


def showed_second_factor(claims: Mapping[str, Any]) -> bool:
    """Return whether the provider checked a second factor in a way that the settings accept."""
    return not settings.OIDC_SECOND_FACTOR_AMR.isdisjoint(_words(claims.get("amr")))


def staff_by_claims(claims: Mapping[str, Any], ip: str = "") -> Staff:
    """Return the account for these claims, created at the first sign-in; its role is updated.

    Raises:
        NoRole: no group of theirs gives a role, or the account was switched off.
        ValueError: the provider names nobody.
    """
    role, issuer, subject = role_of(claims), str(claims["iss"]), _subject(claims)
    if role is None:
        raise NoRole
    with transaction.atomic():
        known = Identity.objects.filter(issuer=issuer, subject=subject).first()
        staff = (
            Staff.objects.select_for_update().get(pk=known.staff_id)
            if known
            else _join(claims, issuer, subject, role)
        )
        if not staff.is_active:
            raise NoRole
        if known is None:
            record(act="staff.joined", staff=staff, ip=ip, after={"role": str(role)})
        elif staff.role != role:
            before = {"role": staff.role}
            staff.role = role
            staff.save(update_fields=["role"])
            record(act="staff.role", staff=staff, ip=ip, before=before, after={"role": str(role)})
    return staff


def _join(claims: Mapping[str, Any], issuer: str, subject: str, role: Role) -> Staff:
    """Create a new account; an existing one with the same user name is never linked."""
    told = str(claims.get("preferred_username") or "")
    wanted = "".join(filter(str.isprintable, told))[:NAME_LENGTH] or subject[:NAME_LENGTH]
    taken = Staff.objects.filter(username=wanted).exists()
    name = f"{wanted[: NAME_LENGTH - 40]}@{subject[:39]}" if taken else wanted
    staff = Staff.objects.create_user(name, role=role)  # without a password that could be guessed
    Identity.objects.create(staff=staff, issuer=issuer, subject=subject)
    return staff


def _subject(claims: Mapping[str, Any]) -> str:
    """Return the provider's id: at most 255 ASCII characters (OpenID Connect Core 1.0, section 2).

    Raises:
        ValueError: it is nothing of the kind.
    """
    told = claims["sub"]
    if not isinstance(told, str) or not SUBJECT.fullmatch(told):
        raise ValueError("no subject")
    return told


def _words(told: object) -> frozenset[str]:
    """Return one or several words of a claim; none for a claim of any other form."""
    listed = told if isinstance(told, list) else [told]
    return frozenset(one for one in listed if isinstance(one, str))
