"""Links by which somebody sets their password."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from statuspage.lib.database_clock import database_now
from statuspage.staff.models import Identity, Staff

INVITED_HOURS: Final = 72


class _Links(PasswordResetTokenGenerator):
    """Django's tokens by PostgreSQL's clock; worthless once password or address has changed."""

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return whether the link was made for this person within its hours."""
        if not token or not super().check_token(user, token):
            return False
        made = int(token.partition("-")[0], 36)
        return 0 <= self._num_seconds(self._now()) - made < INVITED_HOURS * 3600

    def _now(self) -> Any:
        return database_now().replace(tzinfo=None)


INVITATION: Final = _Links()


def password_link(staff: Staff) -> str:
    """Return the address at which an invited person sets a password, for three days and once."""
    uid = urlsafe_base64_encode(str(staff.pk).encode())
    return settings.SITE_URL + reverse("console:welcome", args=[uid, INVITATION.make_token(staff)])


def staff_of_link(uid: str, token: str) -> Staff | None:
    """Return whose link this is, if it works."""
    try:
        number = int(urlsafe_base64_decode(uid))
    except (ValueError, OverflowError):
        return None
    found = Staff.objects.filter(pk=number, is_active=True).first() if number < 2**63 else None
    if found is None or is_vouched_for(found) or not INVITATION.check_token(found, token):
        return None
    return found


def is_vouched_for(staff: Staff) -> bool:
    """Return whether they come by single sign-on: a password would outlast their group there."""
    return Identity.objects.filter(staff=staff).exists()
