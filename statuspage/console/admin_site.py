"""The admin at /admin/: reference data, for administrators, with the console's sign-in."""

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from statuspage.console.access import in_staff_language
from statuspage.console.views.session import sign_out
from statuspage.staff.reference_data import ReferenceData, may_edit_reference_data


class ReferenceDataSite(AdminSite):
    """An admin that uses the console's sign-in, because that limits the rate of tries."""

    site_header = _("Reference data")
    site_title = _("Reference data")
    index_title = _("Data used by the console")

    def has_permission(self, request: HttpRequest) -> bool:
        """Return True if the role may edit reference data; Django's staff flags do not count."""
        return may_edit_reference_data(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return the view in the reader's language."""
        return in_staff_language(super().admin_view(view, cacheable))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Offer reference data only: what other packages register is not for this door.

        Accounts, factors and tokens have pages in the console, where two persons are needed.
        """
        if admin_class is not None and issubclass(admin_class, ReferenceData):
            super().register(model_or_iterable, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Redirect to the account in the console: no password is set at this door."""
        return redirect("mfa_index")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Redirect likewise."""
        return redirect("mfa_index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Sign out by the console's page."""
        return sign_out(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the console's sign-in, or refuse those who are signed in already."""
        wanted = request.GET.get("next", "/admin/")
        if isinstance(request.user, AnonymousUser):
            return redirect_to_login(wanted)
        if not self.has_permission(request):
            return cast("HttpResponse", _refused(request))
        return redirect("admin:index")


@in_staff_language
def _refused(request: HttpRequest, /) -> HttpResponse:
    return render(request, "console/admins_only.html", status=403)
