"""End sessions, require the second factor of staff, record their requests, add headers.

All but the headers go by the first part of the URL, not by the view: no new page can be forgotten.
"""

import logging
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import ResolverMatch
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from statuspage.lib.client_ip import client_ip
from statuspage.staff import recency
from statuspage.staff.audit import record
from statuspage.staff.confirmation import is_confirmed
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.password_checks import TooManyPasswordChecks
from statuspage.staff.second_factor import has_one, is_required
from statuspage.staff.signing_in import SHOWN

logger = logging.getLogger(__name__)

SECTIONS: Final = frozenset({"console", "admin"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Pages open to everyone without the second factor, and pages for those who have none yet.
WITHOUT_IT: Final = frozenset(
    {
        *("account_login", "account_logout", "mfa_authenticate"),
        *("oidc_login", "oidc_back", "oidc_again", "oidc_logout"),
        *("account_reset_password", "account_reset_password_done"),
        "account_reset_password_from_key",
    }
)
TO_GET_ONE: Final = frozenset(
    {
        *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"),
        *("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    }
)
TRY_AGAIN_SECONDS: Final = 5


class SessionMiddleware(MiddlewareMixin):
    """Ends sessions that are idle or too old, or for which the provider's word no longer counts."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        """Sign out before any view of console or admin; those then ask to sign in."""
        staff = request.user
        if not is_ours(request.resolver_match) or not isinstance(staff, Staff):
            return
        moment = recency.now()
        if recency.is_over(request.session, moment):
            _end(request, staff, "session.expired")
        elif not is_confirmed(staff):
            _end(request, staff, "session.unconfirmed")
        else:
            recency.touch(request, moment)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Take a page that refreshes itself for no click."""
        if "Refresh" in response.headers:
            recency.untouch(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 where no turn came to check a password."""
        if not isinstance(exception, TooManyPasswordChecks):
            return None
        with translation.override(translation.get_language_from_request(request)):
            response = render(request, "console/busy.html", status=503)
        response.headers["Retry-After"] = str(TRY_AGAIN_SECONDS)
        response.headers["Cache-Control"] = "no-store"
        return response


class SecondFactorMiddleware(MiddlewareMixin):
    """Refuses console and admin until a required second factor was given."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Redirect before any view of console or admin."""
        match = request.resolver_match
        if match is None or not is_ours(match) or match.url_name in WITHOUT_IT:
            return None
        staff = request.user
        if not isinstance(staff, Staff) or request.session.get(SHOWN) or not is_required(staff):
            return None
        if has_one(staff):  # signed in before they had one
            request.session.flush()
            return _to(request, "account_login")
        return None if match.url_name in TO_GET_ONE else _to(request, "mfa_index")


def is_ours(match: ResolverMatch | None) -> bool:
    """Return whether a page belongs to the console or the admin."""
    return match is not None and match.route.partition("/")[0] in SECTIONS


def _end(request: HttpRequest, staff: Staff, act: str) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
    request.user = AnonymousUser()
    record(act=act, staff=staff, ip=client_ip(request))
    with translation.override(translation.get_language_from_request(request)):
        messages.warning(request, _("Your session has ended. Please sign in again."))


def _to(request: HttpRequest, page: str) -> HttpResponse:
    """Redirect; htmx must load it as a whole page, not into a fragment."""
    response = redirect(page)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": response.url})
    return response


class AuditMiddleware(MiddlewareMixin):
    """Records every act in console and admin, every export, and every use of a token."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Record the request in the audit log once the response is ready."""
        if _counts(request, response):
            try:
                record(**_entry(request, response))
            except DatabaseError:
                # The act is done: an error page would make people publish twice.
                logger.exception("no audit entry for %s", request.path)
        return response


def _counts(request: HttpRequest, response: HttpResponse) -> bool:
    if getattr(request, "no_act", False):  # a view that did nothing but keep a draft
        return False
    if _token(request) is not None:
        return True
    if not is_ours(request.resolver_match) or not _staff(request):
        return False
    return request.method not in READING or "attachment" in response.get("Content-Disposition", "")


def _entry(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    match, token = request.resolver_match, _token(request)
    name = (match.view_name if match else "") or request.path
    return {
        "act": f"{request.method} api:{name}" if token else f"{request.method} {name}",
        "staff": token.staff if token else _staff(request),
        "token": token,
        "target": request.path,
        "status": response.status_code,
        "ip": client_ip(request),
    }


def _staff(request: HttpRequest) -> Staff | None:
    staff = getattr(request, "user", None)
    return staff if isinstance(staff, Staff) else None


def _token(request: HttpRequest) -> ApiToken | None:
    return getattr(request, "api_token", None)


HEADERS: Final = {
    # No page needs any of it, and injected code must not have it.
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}


class HeadersMiddleware(MiddlewareMixin):
    """Adds security headers to each answer that has none of its own (badge and widget do)."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the missing headers."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Access-Control-Allow-Origin" in response.headers:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
