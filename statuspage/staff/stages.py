"""What comes between the password, or the provider's word, and a session."""

import hmac
from typing import Final

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse

from statuspage.staff.models import Staff
from statuspage.staff.signing_in import vouched_for

# In the sign-in that waits for the second factor: of the password that was shown before it.
SHOWN_HASH: Final = "shown"


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the second factor, unless the provider has just checked one that counts here."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Ask, and note which password was shown: it may be changed before the answer."""
        self.login.state[SHOWN_HASH] = self.login.user.get_session_auth_hash()
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer

    @property
    def is_void(self) -> bool:
        """Return whether the account was switched off, or its password changed, since then."""
        staff: Staff = self.login.user
        shown = str(self.login.state.get(SHOWN_HASH, ""))
        now = str(staff.get_session_auth_hash())
        return not staff.is_active or not hmac.compare_digest(shown, now)

    def _should_handle(self, request: HttpRequest) -> bool:
        told = self.login.signal_kwargs or {}
        if "sociallogin" in told and vouched_for(request, self.login.user).get("second_factor"):
            return False
        return bool(super()._should_handle(request))
