"""On every request of staff: the second factor is there, and the act goes into the audit log.

Both look at where an address leads, not at its view: a new page of the console cannot be forgotten.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from statuspage.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.second_factor import has_one, is_required

logger = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]

ROOMS: Final = frozenset({"console", "admin"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# In the session: this browser has shown the second factor.
SHOWN: Final = "second_factor_shown"
# Where everyone gets to without it, and where those do who have none yet.
WITHOUT_IT: Final = frozenset(
    {"login", "second_factor", "passkey_show_options", "passkey_show", "sso", "sso_back", "logout"}
)
TO_GET_ONE: Final = frozenset({"account", "totp", "passkey_options", "passkey_add"})


class SecondFactorMiddleware:
    """Who must have a second factor gets nowhere in console and admin without having shown it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Before any view of the rooms."""
        match = request.resolver_match
        if match is None or not ROOMS & set(match.namespaces) or match.url_name in WITHOUT_IT:
            return None
        staff = request.user
        if not isinstance(staff, Staff) or request.session.get(SHOWN) or not is_required(staff):
            return None
        if has_one(staff):  # signed in before they had one
            request.session.flush()
            return redirect("console:login")
        return None if match.url_name in TO_GET_ONE else redirect("console:account")


class AuditMiddleware:
    """Writes down every act in console and admin, every export, and every use of a token."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then write."""
        response = self.get_response(request)
        if _counts(request, response):
            try:
                record(**_entry(request, response))
            except DatabaseError:
                # The act is done and must be answered for: telling them that it failed would
                # have them publish twice.
                logger.exception("no audit entry for %s", request.path)
        return response


def _counts(request: HttpRequest, response: HttpResponse) -> bool:
    if getattr(request, "no_act", False):  # a view that did nothing but keep a draft
        return False
    if _token(request) is not None:
        return True
    match = request.resolver_match
    if match is None or not ROOMS & set(match.namespaces) or not _staff(request):
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
