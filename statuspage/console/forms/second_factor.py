"""A code as a second factor, with a brake on guessing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from statuspage.client_ip import client_ip
from statuspage.console import backoff
from statuspage.console.forms.sign_in import too_many_tries
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.staff.second_factor import code_check


def code_field(label: Any) -> forms.CharField:
    """Six digits, which telephones offer from the app, or a recovery code."""
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=label, max_length=32, widget=widget)


class CodeForm(forms.Form):
    """Counts every try, per person and network address, before it looks at the code."""

    code = code_field(_("Code"))

    def __init__(self, *args: Any, staff: Staff, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.request = staff, request

    def clean_code(self) -> str:
        """The code, used up.

        Raises:
            ValidationError: wrong, used before, or too many tries.
        """
        code: str = self.cleaned_data["code"]
        # Guesses from many addresses count together: a code has a million values only.
        name = f"code of {self.staff.pk}"
        wait = backoff.attempt(name, "")
        if wait:
            raise too_many_tries(wait)
        if code_check(staff=self.staff, code=code) is None:
            record(act="second_factor.failed", staff=self.staff, ip=client_ip(self.request))
            raise ValidationError(_("This code is not right, or was used already."), code="wrong")
        backoff.forgive(name, "")
        return code
