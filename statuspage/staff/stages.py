"""What comes between the password, or the provider's word, and a session."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from statuspage.staff.signing_in import vouched_for


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the second factor, unless the provider has just checked one that counts here."""

    def _should_handle(self, request: HttpRequest) -> bool:
        told = self.login.signal_kwargs or {}
        if "sociallogin" in told and vouched_for(request, self.login.user).get("second_factor"):
            return False
        return bool(super()._should_handle(request))
