"""Links by which somebody sets their password: in an invitation, or when it was forgotten."""

from typing import Any, Final

from allauth.account.utils import url_str_to_user_pk, user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from statuspage.lib.database_clock import database_now
from statuspage.staff.models import ProviderConfirmation, Staff

FORGOTTEN_HOURS: Final = 1
INVITED_HOURS: Final = 72


class _Links(PasswordResetTokenGenerator):
    """Django's tokens: worthless once the password, the address or the last sign-in has changed.

    By PostgreSQL's clock, and for so many hours.
    """

    def __init__(self, salt: str, hours: int) -> None:
        super().__init__()
        self.key_salt, self._seconds = f"{self.key_salt}.{salt}", hours * 3600

    def check_token(self, user: Any, token: str | None) -> bool:
        """Return whether the link was made for this person within its hours."""
        if not token or not super().check_token(user, token):
            return False
        made = int(token.partition("-")[0], 36)
        return 0 <= self._num_seconds(self._now()) - made < self._seconds

    def _now(self) -> Any:
        return database_now().replace(tzinfo=None)


INVITATION: Final = _Links("invitation", INVITED_HOURS)
FORGOTTEN: Final = _Links("forgotten", FORGOTTEN_HOURS)


def password_link(staff: Staff) -> str:
    """Return the address at which an invited person sets a password, for three days and once."""
    return _link(staff, INVITATION, "console:welcome")


def forgotten_link(staff: Staff) -> str:
    """Return the address at which somebody who forgot theirs sets a new one, once, for an hour."""
    return _link(staff, FORGOTTEN, "account_reset_password_from_key")


def staff_of_link(uid: str, token: str) -> Staff | None:
    """Return whose link this is, if it works; whom a provider vouches for has no password here."""
    try:
        found = Staff.objects.filter(pk=url_str_to_user_pk(uid), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    if found is None or is_vouched_for(found):
        return None
    return found if any(one.check_token(found, token) for one in (INVITATION, FORGOTTEN)) else None


def is_vouched_for(staff: Staff) -> bool:
    """Return whether they come by single sign-on: a password would outlast their group there."""
    return ProviderConfirmation.objects.filter(staff=staff).exists()


def _link(staff: Staff, tokens: _Links, page: str) -> str:
    arguments = [user_pk_to_url_str(staff), tokens.make_token(staff)]
    return settings.SITE_URL + reverse(page, args=arguments)
