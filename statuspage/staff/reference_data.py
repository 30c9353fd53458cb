"""Who may edit reference data in the admin."""

from typing import Any

from django.http import HttpRequest

from statuspage.staff.models import Staff
from statuspage.staff.roles import MAY_EDIT_REFERENCE_DATA


def may_edit_reference_data(request: HttpRequest) -> bool:
    """True for active administrators."""
    user = request.user
    return isinstance(user, Staff) and user.is_active and user.role in MAY_EDIT_REFERENCE_DATA


class ReferenceData:
    """Mixed into a ModelAdmin: its permissions follow the role."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown on the index."""
        return may_edit_reference_data(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May be read."""
        return may_edit_reference_data(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May be added to."""
        return may_edit_reference_data(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May be changed."""
        return may_edit_reference_data(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May be deleted, unless something refers to it."""
        return may_edit_reference_data(request)


class NeverDeleted(ReferenceData):
    """For what the log speaks of: it can be hidden or switched off, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
