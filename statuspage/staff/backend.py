"""Check user name and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from statuspage.staff.models import Staff


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's check, by the name exactly as it is written, with one answer to every mistake."""

    def _authenticate_by_username(self, username: str, password: str) -> Staff | None:
        # allauth ignores case, and lets in neither of two people whose names differ by it.
        found = Staff.objects.filter(username=username).first()
        if not settings.PASSWORD_SIGN_IN or "\x00" in username:
            return None
        checked: Staff | None = self._check_password(found, password)
        return checked

    def _check_password(self, user: Any, password: str) -> Any:
        # allauth would tell that an account is switched off to whoever has its password.
        if not user:
            return None
        self._did_check_password = True
        return user if user.check_password(password) and user.is_active else None
