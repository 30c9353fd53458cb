"""What differs here from allauth's defaults: no sign-up, our limits, sealed secrets, one site."""

from ipaddress import IPv4Address
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from statuspage.lib.client_ip import client_ip
from statuspage.staff import attempts, known_browsers, recency
from statuspage.staff.encryption import seal, unseal
from statuspage.staff.models import Staff
from statuspage.staff.passkeys import site
from statuspage.staff.second_factor import has_app, passkeys_of, recovery_codes_of
from statuspage.staff.signing_in import name_session

WAIT: Final = "wait"
# What allauth's column holds of a request without a peer's address.
NO_ADDRESS: Final = str(IPv4Address(0))


def too_many_tries(wait: int) -> ValidationError:
    """Return the error that says how many seconds to wait."""
    return ValidationError(
        ngettext_lazy(
            "Too many tries. Wait %(seconds)d second, then try again.",
            "Too many tries. Wait %(seconds)d seconds, then try again.",
            "seconds",
        ),
        code=WAIT,
        params={"seconds": wait},
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords: nobody signs up, every try is counted, and known browsers by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Please enter a correct username and password."),
        "incorrect_password": _("Wrong password. Nothing was changed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: administrators invite people, or the single sign-on provider knows them."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return whose user name and password these are, or None.

        Raises:
            ValidationError: there were too many tries.
        """
        username = str(credentials.get("username") or "").replace("\x00", "")
        who = username, client_ip(request), known_browsers.browser_of(request, username)
        wait = attempts.attempt(*who)
        if wait:
            raise too_many_tries(wait)
        staff = authenticate(request, **credentials)
        if staff:
            attempts.forgive(*who)
        return staff

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address as the rest of the product sees it; of an IPv6 one, its network's."""
        ip = client_ip(request).partition("/")[0]
        return NO_ADDRESS if ip == "unknown" else ip

    def get_login_stages(self) -> list[str]:
        """Return what comes between the first proof and the session: the second factor."""
        return ["statuspage.staff.stages.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: Staff, **more: Any) -> HttpResponse:
        """Remember the browser."""
        response: HttpResponse = super().post_login(request, user, **more)
        known_browsers.remember(request, response, user)
        name_session(request, user)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return by what this person can say again who they are, the first as the default."""
        if not isinstance(user, Staff):
            return []
        offered = (
            (
                settings.PASSWORD_SIGN_IN and user.has_usable_password(),
                "reauthenticate",
                _("Use your password"),
                "account_reauthenticate",
            ),
            (
                has_app(user) or bool(recovery_codes_of(user)),
                "mfa_reauthenticate",
                _("Use a code"),
                "mfa_reauthenticate",
            ),
            (
                bool(passkeys_of(user)),
                "mfa_reauthenticate:webauthn",
                _("Use a passkey"),
                "mfa_reauthenticate_webauthn",
            ),
            (
                bool(settings.OIDC_ISSUER) and hasattr(user, "confirmation"),
                "sso",
                _("Sign in again with %(provider)s") % {"provider": settings.OIDC_LABEL},
                "oidc_again",
            ),
        )
        return [
            {"id": name, "description": text, "url": reverse(view)}
            for there, name, text, view in offered
            if there
        ]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Return whether the person has not proved lately who they are, by signing in or again."""
        return not recency.proved_lately(context.request.session)

    def add_message(self, *arguments: Any, **more: Any) -> None:
        """Say nothing: our pages say what happened."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets sealed, and passkeys for the one site of the settings."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Wrong code, or already used."),
    }

    def encrypt(self, text: str) -> str:
        """Seal under STAFF_SECRET_KEYS."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the clear text; raise DecryptionFailed if no key fits."""
        return unseal(encrypted_text.encode())

    def get_totp_label(self, user: Staff) -> str:
        """Return the name under which the app shows the account."""
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """Return the name under which the app shows the site."""
        return f"{settings.OPERATOR_NAME['en']} Candor"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site's host: the header of a request may say anything."""
        return {"id": site()[0], "name": self.get_totp_issuer()}

    def get_public_key_credential_user_entity(self, user: Staff) -> dict[str, Any]:
        """Return the account, by an id that says nothing about the person."""
        name = user.get_username()
        return {"id": str(user.pk).encode(), "display_name": name, "name": name}

    def generate_authenticator_name(self, user: Staff, type: Authenticator.Type) -> str:  # noqa: A002
        """Return no name: the person gives one."""
        return ""
