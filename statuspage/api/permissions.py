"""What the caller's role lets it do."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from statuspage.staff.models import ApiToken
from statuspage.staff.scopes import Scope

if TYPE_CHECKING:  # DRF's views import this module: it is named in REST_FRAMEWORK
    from rest_framework.views import APIView


class MayPublish(BasePermission):
    """Every role may read; writing needs one that may speak for the operator."""

    message = _("Your role may read here, but not publish.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True for reading, and for the roles that may publish."""
        return request.method in SAFE_METHODS or bool(getattr(request.user, "may_publish", False))


class InScope(BasePermission):
    """The token was meant for this: a view may name its scope, else reading and publishing."""

    message = _("This token was not issued for that. An administrator can issue another.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True where there is no token: other permissions decide then."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        reading = request.method in SAFE_METHODS
        return token.allows(getattr(view, "scope", Scope.READ if reading else Scope.PUBLISH))
