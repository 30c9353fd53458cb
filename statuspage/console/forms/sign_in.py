"""Forms for passwords, codes and passkeys, with limited tries, and for new API tokens."""

from typing import Any, Final, NoReturn

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.fields import offer
from statuspage.lib.client_ip import client_ip
from statuspage.staff import attempts
from statuspage.staff.adapters import too_many_tries
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.staff.passkeys import (
    LONGEST_ANSWER,
    PasskeyRefused,
    name_of,
    new_passkey,
    shown_passkey,
)
from statuspage.staff.permissions import scopes_for
from statuspage.staff.roles import Scope
from statuspage.staff.second_factor import code_check, step_of, waiting_key
from statuspage.staff.services import LONGEST_DAYS

NAME_LENGTH: Final = 150


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name and password, under the names that plain form clients send."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password: forms.Field = self.fields["password"]  # type: ignore[has-type]
        field = forms.CharField(
            label=_("User name"),
            max_length=NAME_LENGTH,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        )
        self.fields = {"username": field, "password": password}
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)

    def clean(self) -> Any:
        """Check the password, or refuse with the seconds to wait."""
        if "username" in self.cleaned_data:
            self.cleaned_data["login"] = self.cleaned_data["username"]
        return super().clean()


class ProofByPasswordForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more; tries are counted with those at the sign-in page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


def code_field(label: Any) -> forms.CharField:
    """Return a field for six digits, which phones can fill in, or for a recovery code."""
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=label, max_length=32, widget=widget)


class _Counted(forms.Form):
    """A form that counts every try of a person before it checks anything.

    Guesses from many addresses count together: a code has a million values only.
    """

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = user
        self.found: Authenticator | None = None

    def count(self) -> None:
        """Count this try; raise ValidationError if there were too many."""
        wait = attempts.code_attempt(self.staff)
        if wait:
            raise too_many_tries(wait)

    def right(self, found: Authenticator) -> None:
        """Forget the wrong tries before this one."""
        found.user = self.staff
        self.found = found
        attempts.forgive(f"code of {self.staff.pk}", "")

    def wrong(self, message: Any) -> NoReturn:
        """Record and refuse a wrong one."""
        record(act=attempts.CODE_FAILED, staff=self.staff, ip=client_ip(context.request))
        raise ValidationError(message, code="wrong")

    def save(self, *, again: bool = False) -> None:
        """Tell allauth that this factor was shown; `again`: by somebody who is signed in."""
        post_authentication(context.request, self.found, reauthenticated=again)


class CodeForm(_Counted):
    """A code of the authenticator app, or a recovery code."""

    code = code_field(_("Code"))

    def clean_code(self) -> str:
        """Return the code and mark it as used; refuse one that is wrong, used or rate-limited."""
        code: str = self.cleaned_data["code"]
        self.count()
        found = code_check(staff=self.staff, code=code)
        if found is None:
            self.wrong(_("Wrong code, or already used."))
        self.right(found)
        return code


class PasskeyForm(_Counted):
    """A passkey that is shown."""

    passkey = forms.CharField(
        required=False, max_length=LONGEST_ANSWER, strip=False, widget=forms.HiddenInput
    )

    def clean(self) -> Any:
        """Check the passkey and count its use."""
        self.count()
        try:
            answer = self.cleaned_data.get("passkey", "")
            found = shown_passkey(context.request, self.staff, answer)
        except PasskeyRefused:
            self.wrong(_("This passkey was not accepted. Try again, or enter a code."))
        self.right(found)
        return self.cleaned_data


class NewPasskeyForm(forms.Form):
    """A passkey that was made for this site, and its name."""

    name = forms.CharField(label=_("Name of the new passkey"), required=False, max_length=60)
    passkey = forms.CharField(
        required=False, max_length=LONGEST_ANSWER, strip=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = user
        # A passkey that its device has made already is not refused for its name.
        self.fields["name"].validators = []

    def clean_name(self) -> str:
        """Return what can be read of it."""
        return name_of(self.cleaned_data["name"])

    def clean(self) -> Any:
        """Check that it was made for this site; `credential` is what allauth keeps."""
        try:
            answer = self.cleaned_data.get("passkey", "")
            found = new_passkey(context.request, self.staff, answer)
        except PasskeyRefused as error:
            raise ValidationError(
                _("The passkey could not be set up. Please try again."), code="wrong"
            ) from error
        return {**self.cleaned_data, "credential": found}


class AppForm(forms.Form):
    """The first code of a new authenticator app."""

    code = code_field(_("Code from the app"))

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = user
        self.secret = waiting_key(context.request.session)
        self.step = 0

    def clean_code(self) -> str:
        """Return the code; refuse one that the app would not show now."""
        code: str = self.cleaned_data["code"]
        step = step_of(self.secret, code)
        if step is None:
            raise ValidationError(
                _("Wrong code. Check that your phone's clock is correct."), code="wrong"
            )
        self.step = step
        return code


class ForgottenForm(forms.Form):
    """The e-mail address of somebody who forgot the password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def password_field(label: Any) -> forms.CharField:
    """Return a field for a new password."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, widget=widget, strip=False)


class NewPasswordForm(forms.Form):
    """A new password, twice; the rules are those of the settings."""

    password1 = password_field(_("New password"))
    password2 = password_field(_("New password again"))

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = user

    def clean_password1(self) -> str:
        """Refuse a weak one."""
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.staff)
        return password

    def clean_password2(self) -> str:
        """Refuse two different ones."""
        password: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1", password) != password:
            raise ValidationError(_("The two passwords differ."), code="differ")
        return password


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
