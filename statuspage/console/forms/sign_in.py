"""User name and password, with a brake on guessing."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext_lazy

from statuspage.console import backoff


def too_many_tries(wait: int) -> ValidationError:
    """Says for how many seconds nothing is looked at."""
    return ValidationError(
        ngettext_lazy(
            "Too many tries. Wait %(seconds)d second, then try again.",
            "Too many tries. Wait %(seconds)d seconds, then try again.",
            "seconds",
        ),
        code="wait",
        params={"seconds": wait},
    )


class SignInForm(AuthenticationForm):
    """Refuses to look at the password while too many tries have failed."""

    def clean(self) -> dict[str, Any]:
        """Sign in, or say how long to wait."""
        username = self.cleaned_data.get("username") or ""
        ip = backoff.client_ip(self.request) if self.request else ""
        wait = backoff.attempt(username, ip)
        if wait:
            raise too_many_tries(wait)
        values: dict[str, Any] = super().clean()
        backoff.forgive(username, ip)
        return values
