"""What staff type about their own account, and about tokens."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.second_factor import code_field
from statuspage.staff.models import Staff
from statuspage.staff.scopes import Scope
from statuspage.staff.second_factor import totp_confirm
from statuspage.staff.services import LONGEST_DAYS, scopes_for


class EnrolForm(forms.Form):
    """The first code of a new authenticator app."""

    code = code_field(_("Code that the app shows"))

    def __init__(self, *args: Any, staff: Staff, ip: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.ip = staff, ip
        self.recovery_codes: list[str] = []

    def clean_code(self) -> str:
        """The code; from now on the app counts.

        Raises:
            ValidationError: the code is not what the app would show now.
        """
        code: str = self.cleaned_data["code"]
        codes = totp_confirm(staff=self.staff, code=code, ip=self.ip)
        if codes is None:
            raise ValidationError(
                _("This code is not right. Look whether the telephone's clock is."), code="wrong"
            )
        self.recovery_codes = codes
        return code


class TokenForm(forms.Form):
    """A new token: what for, what it may, and for how long."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("Such as “billing system”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), widget=forms.CheckboxSelectMultiple, initial=[Scope.READ]
    )
    days = forms.IntegerField(
        label=_("Valid for how many days"), min_value=1, max_value=LONGEST_DAYS, initial=90
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(one.value, one.label) for one in scopes_for(staff)]
