"""Authentication by bearer token, and the permissions of a token."""

from typing import TYPE_CHECKING, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from statuspage.lib.client_ip import client_ip
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.roles import Scope
from statuspage.staff.services import token_check

SCHEME: Final = "bearer"
LONGEST: Final = 200


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; sets the member of staff and the token on the request."""

    def authenticate(self, request: Request) -> tuple[Staff, ApiToken] | None:
        """Return the member of staff and the token, or None when the header offers no token.

        Raises:
            AuthenticationFailed: the token is unknown, has expired, or its owner has left.
        """
        if not _offered(request._request):
            return None
        token = token_of(request._request)
        if token is None:
            raise AuthenticationFailed(_("Unknown or expired token."))
        # For the audit log, which records every use.
        request._request.api_token = token  # type: ignore[attr-defined]
        return token.staff, token

    def authenticate_header(self, request: Request) -> str:
        """Return the WWW-Authenticate header; with it, a refusal is a 401 instead of a 403."""
        return 'Bearer realm="api"'


def token_of(request: HttpRequest) -> ApiToken | None:
    """Return the valid token that the request offers; None without one."""
    secret = _offered(request)
    usable = secret and secret.isascii() and len(secret) <= LONGEST
    return token_check(secret, client_ip(request)) if usable else None


def _offered(request: HttpRequest) -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return (secret.strip() or "-") if scheme.lower() == SCHEME else ""


if TYPE_CHECKING:  # DRF's views import this module: it is named in REST_FRAMEWORK
    from rest_framework.views import APIView


class PublishPermission(BasePermission):
    """Let every role read; let only roles that may publish write."""

    message = _("Your role can read, but not publish.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return True for reading, and for roles that may publish."""
        return request.method in SAFE_METHODS or bool(getattr(request.user, "may_publish", False))


class TokenScopePermission(BasePermission):
    """Require the scope that the view names; without one, reading or publishing by method."""

    message = _("This token does not have that permission. Ask an administrator for another one.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return True where the token has the scope, or where the caller did not use a token."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        reading = request.method in SAFE_METHODS
        return token.allows(getattr(view, "scope", Scope.READ if reading else Scope.PUBLISH))
