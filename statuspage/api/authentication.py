"""Who calls: the bearer token in the Authorization header."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from statuspage.client_ip import client_ip
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.services import token_check

SCHEME: Final = "bearer"
LONGEST: Final = 200


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; the request then has the token and whom it acts for."""

    def authenticate(self, request: Request) -> tuple[Staff, ApiToken] | None:
        """The member of staff and the token, or None when the header offers no token.

        Raises:
            AuthenticationFailed: the token is unknown, has expired, or its owner has left.
        """
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        secret = secret.strip()
        short = secret.isascii() and len(secret) <= LONGEST
        token = token_check(secret, client_ip(request._request)) if short else None
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or has expired."))
        # For the audit log, which writes down every use.
        request._request.api_token = token  # type: ignore[attr-defined]
        return token.staff, token

    def authenticate_header(self, request: Request) -> str:
        """For WWW-Authenticate, which turns the refusal into a 401."""
        return 'Bearer realm="api"'
