"""Admin mixins: permissions by role, and audit entries for every change."""

from typing import Any

from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import HttpRequest

from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import changes, record
from statuspage.staff.impersonal import account
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may


def may_edit_reference_data(request: HttpRequest) -> bool:
    """Return True for those who may change reference data."""
    return isinstance(request.user, Staff) and may(request.user, Act.REFERENCE_DATA)


class ReferenceData:
    """Mixed into a ModelAdmin: its permissions follow the role."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save, and record the values before and after, in the admin's transaction."""
        old = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        was = model_to_dict(old) if old else {}
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        before, after = changes(was, model_to_dict(obj))
        _write_down(request, obj, "changed" if change else "added", before, after)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete, and record the deleted values."""
        _write_down(request, obj, "deleted", model_to_dict(obj), {})
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the selected rows, with an audit entry for each."""
        for obj in queryset:
            _write_down(request, obj, "deleted", model_to_dict(obj), {})
        super().delete_queryset(request, queryset)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether reference data may be read, and with it added, changed and deleted."""
        return may_edit_reference_data(request)

    has_module_permission = has_view_permission
    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


class NeverDeleted(ReferenceData):
    """Mixed into admins of objects that the log names: they can be hidden, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete."""
        return False


def _write_down(
    request: HttpRequest, obj: Model, what: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    staff = request.user if isinstance(request.user, Staff) else None
    record(
        act=f"{obj._meta.label_lower}.{what}",
        staff=staff,
        target=account(obj.pk) if isinstance(obj, Staff) else str(obj),
        before=before,
        after=after,
        ip=client_ip(request),
    )
