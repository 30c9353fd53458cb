"""Staff and their API tokens, for administrators."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.reference_data import NeverDeleted, ReferenceData

# Only the role decides what someone may do: groups would be a second, hidden source.
admin.site.unregister(Group)
# Second factors, sessions and identities are their owners' own; e-mail addresses are Staff's.
for one in (
    *(EmailAddress, EmailConfirmation, Authenticator, UserSession),
    *(SocialAccount, SocialApp, SocialToken),
):
    if admin.site.is_registered(one):
        admin.site.unregister(one)


@admin.register(Staff)
class StaffAdmin(NeverDeleted, UserAdmin):  # type: ignore[type-arg]
    """Staff; those who leave are deactivated, not deleted, because the log names them."""

    fieldsets = (
        (None, {"fields": ("username", "password", "role", "is_active")}),
        (_("Personal details"), {"fields": ("first_name", "last_name", "email")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "role", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    filter_horizontal = ()


@admin.register(ApiToken)
class ApiTokenAdmin(ReferenceData, admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens; read and revoked here, issued by `manage.py token_issue`, which shows the secret."""

    fields = ("name", "staff", "created_at", "expires_at", "last_used_at")
    list_display = ("name", "staff", "created_at", "expires_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: the secret could not be shown."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: a token is revoked and another issued."""
        return False
