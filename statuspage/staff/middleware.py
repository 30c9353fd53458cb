"""Require the second factor of staff, record their requests in the audit log, add headers.

The first two go by the URL's namespace, not by the view: no new page can be forgotten.
"""

import logging
from typing import Any, Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.second_factor import has_one, is_required

logger = logging.getLogger(__name__)

NAMESPACES: Final = frozenset({"console", "admin"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# In the session: this browser has shown the second factor.
SHOWN: Final = "second_factor_shown"
# Pages open to everyone without it, and pages for those who have none yet.
WITHOUT_IT: Final = frozenset(
    {"login", "second_factor", "passkey_show_options", "passkey_show", "sso", "sso_back", "logout"}
)
TO_GET_ONE: Final = frozenset({"account", "totp", "passkey_options", "passkey_add"})


class SecondFactorMiddleware(MiddlewareMixin):
    """Refuses console and admin until a required second factor was given."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Redirect before any view of console or admin."""
        match = request.resolver_match
        if match is None or not NAMESPACES & set(match.namespaces) or match.url_name in WITHOUT_IT:
            return None
        staff = request.user
        if not isinstance(staff, Staff) or request.session.get(SHOWN) or not is_required(staff):
            return None
        if has_one(staff):  # signed in before they had one
            request.session.flush()
            return redirect("console:login")
        return None if match.url_name in TO_GET_ONE else redirect("console:account")


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
    match = request.resolver_match
    if match is None or not NAMESPACES & set(match.namespaces) or not _staff(request):
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
