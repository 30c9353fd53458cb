"""Authentication by bearer token, and the permissions of a token."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from statuspage.lib.client_ip import client_ip
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.permissions import Act, may, token_may
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


def act_of(request: Request, view: "APIView") -> Act:
    """Return what the request wants to do: what the view `needs` for it, else read or publish."""
    needs: Mapping[str, Act] = getattr(view, "needs", {})
    # An answer without its body still tells whether there is one.
    method = "GET" if request.method == "HEAD" else request.method or ""
    default = Act.READ if request.method in SAFE_METHODS else Act.PUBLISH
    return needs.get(method, default)


class RolePermission(BasePermission):
    """Let in those whose role may do it, as at the console: both ask the same table."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the role may do it; the message of a refusal depends on the act."""
        act = act_of(request, view)
        self.message = _READS_ONLY if act == Act.PUBLISH else _ROLE
        return isinstance(request.user, Staff) and may(request.user, act)


class TokenScopePermission(BasePermission):
    """Require a token whose scopes name the act."""

    message = _("This token does not have that permission. Ask an administrator for another one.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the token may do it; what came without a token may nothing here."""
        token = request.auth
        return isinstance(token, ApiToken) and token_may(token, act_of(request, view))


_READS_ONLY: Final = _("Your role can read, but not publish.")
_ROLE: Final = _("Your role may not do this, neither here nor in the console.")
