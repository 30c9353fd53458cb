"""Settings of how staff sign in, read from the environment; part of the settings."""

from typing import Final

from statuspage.env import ConfigurationError, Env

_env: Final = Env()
_DEVELOPMENT: Final = _env.flag("DEBUG", False)

# Single sign-on by OpenID Connect; off while no issuer is named.
# Letter by letter as the provider writes itself: some end in a slash, and `iss` must be the same.
OIDC_ISSUER = _env.text("OIDC_ISSUER", "")
OIDC_CLIENT_ID = _env.text("OIDC_CLIENT_ID", None if OIDC_ISSUER else "")
OIDC_CLIENT_SECRET = _env.text("OIDC_CLIENT_SECRET", None if OIDC_ISSUER else "")
OIDC_LABEL = _env.text("OIDC_LABEL", "SSO")
# Which claim names groups, and which role each of them gives; the most powerful counts.
OIDC_GROUPS_CLAIM = _env.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_ROLES = _env.pairs("OIDC_ROLES", frozenset({"author", "approver", "admin", "auditor"}))
# Values of the provider's `amr` that stand for a second factor there; none: ours is asked for.
OIDC_SECOND_FACTOR_AMR = _env.names("OIDC_SECOND_FACTOR_AMR", "")
if OIDC_ISSUER and not OIDC_ROLES:
    raise ConfigurationError("OIDC_ROLES", "is required with OIDC_ISSUER, as in staff:author")
if OIDC_ISSUER and not _DEVELOPMENT and not OIDC_ISSUER.startswith("https://"):
    raise ConfigurationError("OIDC_ISSUER", "must start with https://")
# Whether a user name and password sign in as well: the way in while the provider is away.
PASSWORD_SIGN_IN = _env.flag("PASSWORD_SIGN_IN", True)
if not PASSWORD_SIGN_IN and not OIDC_ISSUER:
    raise ConfigurationError("PASSWORD_SIGN_IN", "may only be off where OIDC_ISSUER is set")
