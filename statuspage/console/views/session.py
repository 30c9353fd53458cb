"""Signing in, in one step or two, and out."""

from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone

from statuspage.console.access import anyone
from statuspage.console.forms.second_factor import CodeForm
from statuspage.console.forms.sign_in import SignInForm
from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import Staff
from statuspage.staff.second_factor import has_app, has_one

# The password was right; who it was, and where they want to go. Nobody is signed in yet.
HALF: Final = "half_signed_in"
HALF_SECONDS: Final = 300
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """User name and password; whoever has a second factor is asked for it next."""

    template_name = "console/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the name of the provider of single sign-on, where there is one."""
        named = settings.OIDC_LABEL if settings.OIDC_ISSUER else ""
        more = {"sso": named, "passwords": settings.PASSWORD_SIGN_IN}
        return super().get_context_data(**kwargs) | more

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at the password, unless the settings know none."""
        if not settings.PASSWORD_SIGN_IN:
            return HttpResponseForbidden()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the code."""
        staff = cast("Staff", form.get_user())
        if not has_one(staff):
            return super().form_valid(form)
        return ask_for_more(self.request, staff, self.get_success_url())


@anyone
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the authenticator app, or a recovery code."""
    staff = half_signed_in(request)
    if staff is None:
        request.session.pop(HALF, None)
        return redirect("console:login")
    form: BaseForm = CodeForm(request.POST or None, staff=staff, request=request)
    if request.method == "POST" and form.is_valid():
        return enter(request, staff)
    context = {"form": form, "has_app": has_app(staff), "has_passkeys": staff.passkeys.exists()}
    status = 400 if form.is_bound else 200
    return render(request, "console/second_factor.html", context, status=status)


def ask_for_more(request: HttpRequest, staff: Staff, where: str) -> HttpResponse:
    """To the second factor, for whoever has shown the first; nobody is signed in yet."""
    # A session of its own: what the browser carried before must not become a signed-in one.
    request.session.cycle_key()
    at = timezone.now().timestamp()
    request.session[HALF] = {"staff": staff.pk, "next": where, "at": at}
    return redirect("console:second_factor")


def enter(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Sign in whoever has shown both factors, and go where they wanted to."""
    half = request.session.pop(HALF)
    login(request, staff, backend=BACKEND)
    request.session[SHOWN] = True
    return redirect(half["next"])


def half_signed_in(request: HttpRequest) -> Staff | None:
    """Who gave the right password a moment ago, and has still to show the second factor."""
    half = request.session.get(HALF)
    if half is None or timezone.now().timestamp() - half["at"] > HALF_SECONDS:
        return None
    return Staff.objects.filter(pk=half["staff"], is_active=True).first()


sign_in = anyone(SignIn.as_view())
sign_out = anyone(LogoutView.as_view(next_page="console:login"))
