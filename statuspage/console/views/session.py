"""Signing in and out."""

from django.contrib.auth.views import LoginView, LogoutView

from statuspage.console.access import anyone
from statuspage.console.forms.sign_in import SignInForm

sign_in = anyone(
    LoginView.as_view(
        template_name="console/login.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
    )
)
sign_out = anyone(LogoutView.as_view(next_page="console:login"))
