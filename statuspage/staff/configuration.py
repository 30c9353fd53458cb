"""Typed settings of how staff sign in."""

from functools import partial
from typing import Annotated, Final

from pydantic import PlainValidator, ValidationInfo, field_validator

from statuspage.lib.env import (
    AreaSettings,
    Positive,
    WordList,
    WordSet,
    in_production,
    secret,
    words,
    written,
)
from statuspage.staff.encryption import read_keys

ROLES: Final = frozenset({"author", "approver", "admin", "auditor"})


def _pairs(text: str, allowed: frozenset[str]) -> dict[str, str]:
    """Read `payments-desk:author,on-call:approver`: by key, one of `allowed`."""
    found: dict[str, str] = {}
    for item in words(text):
        key, _, value = (part.strip() for part in item.rpartition(":"))
        if not key or value not in allowed:
            raise ValueError(f"{item!r} does not end in one of {', '.join(sorted(allowed))}")
        found[key] = value
    return found


class StaffSettings(AreaSettings):
    """How staff sign in. For single sign-on by OpenID Connect set OIDC_ISSUER; the redirect
    address to register there is SITE_URL/console/login/sso/back/, and the address for back-channel
    logout SITE_URL/console/login/sso/logout/"""

    STAFF_SECRET_KEYS: Annotated[
        str, secret("ZGVtby1zdGFmZi1zZWNyZXQta2V5LW5vdC1pbi1wcm8=", read_keys)
    ] = ""
    """Encrypts the secrets of authenticator apps: 32 random bytes in URL-safe base64. Newest key
    first; older ones, behind a comma, stay to decrypt.
    Make one: openssl rand -base64 32 | tr '+/' '-_'"""
    STAFF_SECOND_FACTOR: str = ""
    """required: everyone must have a second factor, since every role publishes or reads
    subscribers. optional: only with DEBUG=true, where it is the default."""
    STAFF_IDLE_MINUTES: Positive = 30
    """Minutes without a click after which a session ends; after twelve hours it ends anyway."""
    STAFF_REAUTHENTICATE_MINUTES: Positive = 10
    """Minutes after which staff are asked again who they are before a sensitive act."""
    PASSWORD_CHECKS: Positive = 4
    """Passwords that all processes check at once; each check takes 0.3 CPU seconds and 100 MB."""
    PASSWORD_CHECKS_PER_PROCESS: Positive = 2
    """Passwords that one process checks at once."""
    OIDC_ISSUER: str = ""
    """Issuer, written exactly as the provider writes itself, with or without a slash at the end."""
    OIDC_CLIENT_ID: str = ""
    """Client id at the provider."""
    OIDC_CLIENT_SECRET: str = ""
    """Client secret at the provider."""
    OIDC_LABEL: str = "SSO"
    """Text of the button."""
    OIDC_GROUPS_CLAIM: str = "groups"
    """Claim that names the groups of a person."""
    OIDC_ROLES: Annotated[dict[str, str], PlainValidator(partial(_pairs, allowed=ROLES))] = written(
        ""
    )
    """group:role separated by commas, such as payments:author,on-call:approver. The roles are
    author, approver, admin and auditor; of several, the most powerful counts."""
    OIDC_SCOPES: WordList = written("openid,profile")
    """Scopes to ask for. With offline_access many providers give a refresh token, by which people
    are checked daily without signing in again."""
    OIDC_CONFIRM_HOURS: Positive = 24
    """Hours for which the provider's word counts. Whom it has not confirmed for so long, by a
    sign-in or by the check with a refresh token, is signed out, and their tokens are refused."""
    OIDC_SECOND_FACTOR_AMR: WordSet = written("")
    """Values of `amr` that count as a second factor, such as mfa,hwk; empty: ours is asked for."""
    PASSWORD_SIGN_IN: bool = True
    """false: staff sign in by single sign-on only."""

    @field_validator("STAFF_SECOND_FACTOR")
    @classmethod
    def _second_factor_fits(cls, value: str, info: ValidationInfo) -> str:
        value = value or ("required" if in_production(info) else "optional")
        if value not in ("required", "optional"):
            raise ValueError("must be required or optional")
        if value == "optional" and in_production(info):
            raise ValueError("must be required when DEBUG is off")
        return value

    @field_validator("OIDC_ISSUER")
    @classmethod
    def _issuer_is_secure(cls, url: str, info: ValidationInfo) -> str:
        if url and in_production(info) and not url.startswith("https://"):
            raise ValueError("must start with https://")
        return url

    @field_validator("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    @classmethod
    def _client_is_known(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("OIDC_ISSUER") and not value:
            raise ValueError("is required with OIDC_ISSUER")
        return value

    @field_validator("OIDC_SCOPES")
    @classmethod
    def _scopes_ask_who_it_is(cls, scopes: list[str]) -> list[str]:
        if "openid" not in scopes:
            raise ValueError("must contain openid")
        return scopes

    @field_validator("OIDC_ROLES")
    @classmethod
    def _groups_have_roles(cls, roles: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if info.data.get("OIDC_ISSUER") and not roles:
            raise ValueError("is required with OIDC_ISSUER, as in staff:author")
        return roles

    @field_validator("PASSWORD_SIGN_IN")
    @classmethod
    def _there_is_a_way_in(cls, allowed: bool, info: ValidationInfo) -> bool:
        if not allowed and not info.data.get("OIDC_ISSUER", True):
            raise ValueError("may only be off where OIDC_ISSUER is set")
        return allowed
