"""Forms for passwords and codes, with limited tries, and for new API tokens."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from statuspage.console import attempts
from statuspage.console.forms.fields import offer
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.staff.permissions import scopes_for
from statuspage.staff.roles import Scope
from statuspage.staff.second_factor import code_check, totp_confirm
from statuspage.staff.services import LONGEST_DAYS


def too_many_tries(wait: int) -> ValidationError:
    """Return the error that says how many seconds to wait."""
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
    """A sign-in form that does not check the password after too many failed tries."""

    def clean(self) -> dict[str, Any]:
        """Check the password, or refuse with the seconds to wait."""
        username = self.cleaned_data.get("username") or ""
        ip = client_ip(self.request) if self.request else ""
        wait = attempts.attempt(username, ip)
        if wait:
            raise too_many_tries(wait)
        values: dict[str, Any] = super().clean()
        attempts.forgive(username, ip)
        return values


def code_field(label: Any) -> forms.CharField:
    """Return a field for six digits, which phones can fill in, or for a recovery code."""
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=label, max_length=32, widget=widget)


class StaffCodeForm(forms.Form):
    """The form for a code; it counts every try of a person before it checks the code."""

    code = code_field(_("Code"))

    def __init__(self, *args: Any, staff: Staff, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.request = staff, request

    def clean_code(self) -> str:
        """Return the code and mark it as used; refuse one that is wrong, used or rate-limited."""
        code: str = self.cleaned_data["code"]
        # Guesses from many addresses count together: a code has a million values only.
        name = f"code of {self.staff.pk}"
        wait = attempts.attempt(name, "")
        if wait:
            raise too_many_tries(wait)
        if not code_check(staff=self.staff, code=code):
            record(act="second_factor.failed", staff=self.staff, ip=client_ip(self.request))
            raise ValidationError(_("Wrong code, or already used."), code="wrong")
        attempts.forgive(name, "")
        return code


class EnrolForm(forms.Form):
    """The first code of a new authenticator app."""

    code = code_field(_("Code from the app"))

    def __init__(self, *args: Any, staff: Staff, ip: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.ip = staff, ip
        self.recovery_codes: list[str] = []

    def clean_code(self) -> str:
        """Return the code and activate the app; refuse a code that the app would not show now."""
        code: str = self.cleaned_data["code"]
        codes = totp_confirm(staff=self.staff, code=code, ip=self.ip)
        if codes is None:
            raise ValidationError(
                _("Wrong code. Check that your phone's clock is correct."), code="wrong"
            )
        self.recovery_codes = codes
        return code


class TokenForm(forms.Form):
    """A new API token: its name, permissions and lifetime."""

    name = forms.CharField(
        label=_("Purpose"), max_length=80, help_text=_("For example “billing system”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"), widget=forms.CheckboxSelectMultiple, initial=[Scope.READ]
    )
    days = forms.IntegerField(
        label=_("Valid for (days)"), min_value=1, max_value=LONGEST_DAYS, initial=90
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "scopes", [(one.value, one.label) for one in scopes_for(staff)])
