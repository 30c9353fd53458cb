"""Forms about people: inviting, changing, and setting a password by a link."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.staff.models import LANGUAGES, Staff
from statuspage.staff.roles import Role

LONGEST_NAME = 150
LONGEST_EMAIL = 254


class PersonForm(forms.Form):
    """What an administrator decides about somebody's account."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        help_text=_("The link to set a password goes here. Nobody else has this address."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, help_text=_("In which we write to them.")
    )


class InviteForm(PersonForm):
    """A new account."""

    username = forms.CharField(
        label=_("User name"),
        max_length=LONGEST_NAME,
        help_text=_("To sign in with: letters, digits and @ . + - _"),
    )
    field_order = ("username", "email", "role", "language")


class ConfirmForm(forms.Form):
    """The last change of the account, and its role, that the second person looked at."""

    seen = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)


class WelcomeForm(forms.Form):
    """A password of one's own, twice."""

    password1 = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least eight characters, not only digits, and not a common word."),
    )
    password2 = forms.CharField(
        label=_("Password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean(self) -> dict[str, Any]:
        """Refuse two different ones, and a weak one."""
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", ValidationError(_("The two passwords differ."), "differ"))
        elif first:
            try:
                validate_password(first, self.staff)
            except ValidationError as error:
                self.add_error("password1", error)
        return self.cleaned_data
