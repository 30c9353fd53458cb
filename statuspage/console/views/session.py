"""Signing in with one or two factors, and signing out."""

from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone

from statuspage.console.access import in_staff_language
from statuspage.console.forms.sign_in import SignInForm, StaffCodeForm
from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import Staff
from statuspage.staff.second_factor import has_app, has_one

# In the session after the right password: who it was, and the page they want. Nobody is signed
# in yet.
HALF: Final = "half_signed_in"
HALF_SECONDS: Final = 300
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


class SignInView(LoginView):
    """Sign-in by user name and password, then by the second factor where there is one."""

    template_name = "console/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the name of the single sign-on provider, where there is one."""
        named = settings.OIDC_LABEL if settings.OIDC_ISSUER else ""
        more = {"sso": named, "passwords": settings.PASSWORD_SIGN_IN}
        return super().get_context_data(**kwargs) | more

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the password, unless the settings turn passwords off."""
        if not settings.PASSWORD_SIGN_IN:
            return HttpResponseForbidden()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the second factor."""
        staff = cast("Staff", form.get_user())
        if not has_one(staff):
            return super().form_valid(form)
        return ask_for_more(self.request, staff, self.get_success_url())


@in_staff_language
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the authenticator app, a recovery code or a passkey, then sign in."""
    staff = half_signed_in(request)
    if staff is None:
        request.session.pop(HALF, None)
        return redirect("console:login")
    form: BaseForm = StaffCodeForm(request.POST or None, staff=staff, request=request)
    if request.method == "POST" and form.is_valid():
        return enter(request, staff)
    context = {"form": form, "has_app": has_app(staff), "has_passkeys": staff.passkeys.exists()}
    status = 400 if form.is_bound else 200
    return render(request, "console/second_factor.html", context, status=status)


def ask_for_more(request: HttpRequest, staff: Staff, where: str) -> HttpResponse:
    """Redirect to the second factor after the first; nobody is signed in yet."""
    # A session of its own: what the browser carried before must not become a signed-in one.
    request.session.cycle_key()
    at = timezone.now().timestamp()
    request.session[HALF] = {"staff": staff.pk, "next": where, "at": at}
    return redirect("console:second_factor")


def enter(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Sign in the person who has shown both factors, and redirect to the page they wanted."""
    half = request.session.pop(HALF)
    login(request, staff, backend=BACKEND)
    request.session[SHOWN] = True
    return redirect(half["next"])


def half_signed_in(request: HttpRequest) -> Staff | None:
    """Return the person who gave the right password a moment ago but no second factor yet."""
    half = request.session.get(HALF)
    if half is None or timezone.now().timestamp() - half["at"] > HALF_SECONDS:
        return None
    return Staff.objects.filter(pk=half["staff"], is_active=True).first()


sign_in = in_staff_language(SignInView.as_view())
sign_out = in_staff_language(LogoutView.as_view(next_page="console:login"))
