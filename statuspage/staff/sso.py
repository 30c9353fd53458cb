"""Single sign-on by OpenID Connect: allauth's flow, with each answer of the provider checked."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from statuspage.lib.bounded_requests import BoundedAdapter
from statuspage.lib.client_ip import client_ip
from statuspage.lib.env import http_url
from statuspage.staff import recency
from statuspage.staff.audit import record
from statuspage.staff.confirmation import access_lost, confirm, role_update
from statuspage.staff.models import Staff
from statuspage.staff.oidc_tokens import subject_of, verified, words_of
from statuspage.staff.roles import BY_POWER, Role
from statuspage.staff.signing_in import VOUCHED

# For each answer as a whole, with its redirects.
TIMEOUT_SECONDS: Final = 10
NAME_LENGTH: Final = 150
# What allauth's column holds; a longer id is kept as its hash.
UID_LENGTH: Final = 191


class NoRole(Exception):
    """The person has no group that gives a role here, or the account is inactive."""


class ProviderFailed(Exception):
    """The provider, or somebody in its name, did not give the answer that was asked for."""


def session() -> requests.Session:
    """Return one exchange with the provider, bounded in time and size as a whole."""
    bounded = requests.Session()
    for scheme in ("https://", "http://"):
        bounded.mount(scheme, BoundedAdapter(TIMEOUT_SECONDS))
    return bounded


def role_of(claims: Mapping[str, Any]) -> Role | None:
    """Return the most powerful role that their groups give; None where none does."""
    groups = words_of(claims.get(settings.OIDC_GROUPS_CLAIM))
    given = {settings.OIDC_ROLES[one] for one in groups if one in settings.OIDC_ROLES}
    return next((one for one in reversed(BY_POWER) if one in given), None)


def uid_of(subject: str) -> str:
    """Return the id by which allauth keeps somebody."""
    if len(subject) <= UID_LENGTH:
        return subject
    return f"sha256:{hashlib.sha256(subject.encode()).hexdigest()}"


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The provider of the settings; what it says of e-mail addresses is not looked at."""

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        """Return the id of the person."""
        return uid_of(subject_of(data))

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept beside the id: nothing."""
        return {}

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return no fields of the account: it is made by us."""
        return {}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[Any]:
        """Return none: nobody is found by an address."""
        return []


class OidcAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The protocol: PKCE and state are allauth's, nonce, signature, issuer and audience ours."""

    state: Mapping[str, Any] = {}

    @property
    def basic_auth(self) -> bool:
        """Whether the client's secret goes into a header, which is so unless the provider says."""
        default = ["client_secret_basic"]
        how = self.openid_config.get("token_endpoint_auth_methods_supported", default)
        return "client_secret_basic" in how

    @property
    def authorize_url(self) -> str:
        """Return where the browser is sent; ValueError unless it is a web address."""
        return http_url(str(self.openid_config["authorization_endpoint"]))

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the address that is registered at the provider."""
        return settings.SITE_URL + reverse("oidc_back")

    def claims_of(self, token: object) -> dict[str, Any]:
        """Return the claims of a token that the provider signed for us; ValueError and the like."""
        with session() as exchange:
            answer = exchange.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        return verified(
            token,
            keys=answer.json(),
            issuer=settings.OIDC_ISSUER,
            audience=settings.OIDC_CLIENT_ID,
        )

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **more: Any
    ) -> SocialLogin:
        """Return who the ID token says it is, for this one sign-in."""
        claims = self.claims_of(more["response"].get("id_token"))
        if not hmac.compare_digest(str(claims.get("nonce")), str(self.state["nonce"])):
            raise ValueError("the token of another sign-in")
        if not isinstance(claims.get("amr", []), list):
            raise TypeError("no list of methods")
        if self.state.get("again") and not _is_fresh(claims):
            raise ValueError("an old sign-in, though a new one was asked for")
        request.oidc_claims = claims  # type: ignore[attr-defined]
        return self.get_provider().sociallogin_from_response(request, claims)


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """The provider's answer, with the state that was kept for it."""

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, response


Provider.oauth2_adapter_class = OidcAdapter


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts and roles from the provider's claims; never found by name or e-mail."""

    def list_apps(self, request: HttpRequest, **_which: Any) -> list[SocialApp]:
        """Return the provider of the settings, and none that a table may hold."""
        if not settings.OIDC_ISSUER:
            return []
        return [
            SocialApp(
                provider=Provider.id,
                # By the issuer: ids of another provider are of other people.
                provider_id=settings.OIDC_ISSUER,
                name=settings.OIDC_LABEL,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={
                    "server_url": settings.OIDC_ISSUER.rstrip("/"),
                    "oauth_pkce_enabled": True,
                    "scope": settings.OIDC_SCOPES,
                },
            )
        ]

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Provider:
        """Return the provider of the settings."""
        return Provider(request, app=self.get_app(request, provider=provider))

    def get_requests_session(self) -> requests.Session:
        """Return a bounded session: `requests` alone waits for ever on an answer that drips."""
        return session()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Give a known person today's role, or end all that they have here.

        Raises:
            NoRole: no group of theirs gives a role, or the account was switched off.
        """
        claims = request.oidc_claims  # type: ignore[attr-defined]
        role = role_of(claims)
        known = sociallogin.user if sociallogin.is_existing else None
        if role is None:
            if known:
                access_lost(known, ip=client_ip(request))
            raise NoRole
        if known:
            if not known.is_active:
                raise NoRole
            role_update(known, role, ip=client_ip(request))
            _came(request, known, sociallogin)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let in whom pre_social_login let through."""
        return role_of(request.oidc_claims) is not None  # type: ignore[attr-defined]

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Staff:
        """Create the account; an existing one with the same user name is never linked."""
        claims = request.oidc_claims  # type: ignore[attr-defined]
        staff: Staff = sociallogin.user
        with transaction.atomic():
            staff.username, staff.role = _free_name(claims), str(role_of(claims))
            sociallogin.save(request)
            record(
                act="staff.joined", staff=staff, ip=client_ip(request), after={"role": staff.role}
            )
            _came(request, staff, sociallogin)
        return staff

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Have our page say it, in the reader's language."""
        raise ProviderFailed(type(more.get("exception")).__name__)


def adapter_of(request: HttpRequest) -> OidcAdapter:
    """Return the protocol with the provider of the settings."""
    return OidcAdapter(request, settings.OIDC_ISSUER)


def begin(request: HttpRequest, where: str, *, again: bool = False) -> HttpResponse:
    """Redirect to the provider; `again`: it is to ask the person anew."""
    nonce = secrets.token_urlsafe(32)
    asked = {"nonce": nonce, **({"prompt": "login", "max_age": "0"} if again else {})}
    provider = SocialAdapter(request).get_provider(request, settings.OIDC_ISSUER)
    answer: HttpResponse = provider.redirect(
        request,
        AuthProcess.LOGIN,
        next_url=where,
        auth_params=asked,
        nonce=nonce,
        again=again,
    )
    return answer


def finish(request: HttpRequest) -> HttpResponse:
    """Handle the provider's answer: sign in, or ask for our second factor."""
    answer: HttpResponse = Callback.adapter_view(adapter_of(request))(request)
    return answer


def account_of(subject: str) -> Staff | None:
    """Return whose id this is at the provider of the settings."""
    row = SocialAccount.objects.select_related("user").filter(
        provider=settings.OIDC_ISSUER, uid=uid_of(subject)
    )
    found = row.first()
    return found.user if found else None


def _came(request: HttpRequest, staff: Staff, sociallogin: SocialLogin) -> None:
    """Note that the provider vouched for them, and how, for the session that now begins."""
    claims = request.oidc_claims  # type: ignore[attr-defined]
    confirm(staff, refresh_token=sociallogin.token.token_secret or "")
    # While our second factor is asked for, allauth keeps the rest in the session, in clear text.
    sociallogin.token = None
    amr = words_of(claims.get("amr"))
    sid = claims.get("sid")
    request.session[VOUCHED] = {
        "staff": staff.pk,
        "second_factor": not settings.OIDC_SECOND_FACTOR_AMR.isdisjoint(amr),
        "fresh": _is_fresh(claims),
        "sid": sid if isinstance(sid, str) else "",
    }


def _is_fresh(claims: Mapping[str, Any]) -> bool:
    """Return whether the person proved to the provider a moment ago who they are."""
    at = claims.get("auth_time")
    lately = settings.STAFF_REAUTHENTICATE_MINUTES * 60
    return isinstance(at, (int, float)) and -60 < recency.now() - at < lately


def _free_name(claims: Mapping[str, Any]) -> str:
    subject, told = subject_of(claims), str(claims.get("preferred_username") or "")
    wanted = "".join(filter(str.isprintable, told))[:NAME_LENGTH] or subject[:NAME_LENGTH]
    taken = Staff.objects.filter(username=wanted).exists()
    return f"{wanted[: NAME_LENGTH - 40]}@{subject[:39]}" if taken else wanted
