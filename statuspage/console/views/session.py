"""Signing in with one or two factors, and signing out."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from statuspage.console.access import in_staff_language
from statuspage.console.braked import Braked
from statuspage.console.forms.sign_in import CodeForm, PasskeyForm, SignInForm
from statuspage.staff.passkeys import asked
from statuspage.staff.second_factor import has_app, passkeys_of


class SignInView(Braked, LoginView):  # type: ignore[misc]
    """Sign-in by user name and password, then by the second factor where there is one."""

    template_name = "console/login.html"
    form_class = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the name of the single sign-on provider, and what else the page offers."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "sso": settings.OIDC_LABEL if settings.OIDC_ISSUER else "",
            "passwords": settings.PASSWORD_SIGN_IN,
            "mails": bool(settings.EMAIL_HOST),
            "next": self.get_next_url() or "",
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the password, unless the settings turn passwords off."""
        if not settings.PASSWORD_SIGN_IN:
            return HttpResponseForbidden()
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer


class SecondFactorView(Braked, AuthenticateView):  # type: ignore[misc]
    """A code of the authenticator app, a recovery code or a passkey, then the session."""

    template_name = "console/second_factor.html"
    form_class = CodeForm
    webauthn_form_class = PasskeyForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check what was shown."""
        if self.stage.is_void:
            clear_login(request)
            return redirect("account_login")
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the page again, with what was wrong."""
        return self.braked(super().form_invalid(form), form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a challenge for the passkey, which is good for minutes."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        asked(self.request)
        staff = self.stage.login.user
        return context | {"has_app": has_app(staff), "has_passkeys": bool(passkeys_of(staff))}


sign_in = in_staff_language(SignInView.as_view())
second_factor = in_staff_language(SecondFactorView.as_view())
sign_out = in_staff_language(LogoutView.as_view(next_page="account_login"))
