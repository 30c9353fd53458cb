"""The admin at /admin/: reference data, for administrators, behind the console's sign-in."""

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from statuspage.console.access import in_staff_language
from statuspage.staff.reference_data import may_edit_reference_data


class ReferenceDataSite(AdminSite):
    """Whoever may not enter is told so; signing in happens at the console, with its brake."""

    site_header = _("Reference data")
    site_title = _("Reference data")
    index_title = _("What the console chooses from")

    def has_permission(self, request: HttpRequest) -> bool:
        """The role decides, not Django's staff or superuser flags."""
        return may_edit_reference_data(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page in the reader's language."""
        return in_staff_language(super().admin_view(view, cacheable))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the console's sign-in, or a plain refusal for those who are signed in already."""
        wanted = request.GET.get("next", "/admin/")
        if isinstance(request.user, AnonymousUser):
            return redirect_to_login(wanted)
        if not self.has_permission(request):
            return cast("HttpResponse", _refused(request))
        return redirect("admin:index")


@in_staff_language
def _refused(request: HttpRequest, /) -> HttpResponse:
    return render(request, "console/admins_only.html", status=403)
