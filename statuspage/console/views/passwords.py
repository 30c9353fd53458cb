"""Change one's password, ask for a new one, and set one by a link."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import in_staff_language, own, reauthenticated, staff_of
from statuspage.console.forms.sign_in import ForgottenForm, NewPasswordForm
from statuspage.lib.client_ip import client_ip
from statuspage.staff import attempts, known_browsers, password_mails
from statuspage.staff.adapters import too_many_tries
from statuspage.staff.links import is_vouched_for, staff_of_link
from statuspage.staff.services import password_set, password_set_by_link

# In the session: the link that was opened. Its address does not stay in the bar, nor in any
# Referer.
OPENED = "password_link"
SHORT = "set"
ANSWER_SECONDS = 0.1


@own
@reauthenticated
def change(request: HttpRequest) -> HttpResponse:
    """Change the reader's own password; the other sessions end."""
    staff = staff_of(request)
    if is_vouched_for(staff) or not settings.PASSWORD_SIGN_IN:
        return redirect("mfa_index")
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=staff)
    if request.method == "POST" and form.is_valid():
        password_set(
            staff=staff,
            password=form.cleaned_data["password1"],
            ip=client_ip(request),
            but=request.session.session_key,
        )
        update_session_auth_hash(request, staff)
        messages.success(request, _("Your password was changed. Other sessions have ended."))
        return redirect("mfa_index")
    return _form(request, form, _("Change password"))


@in_staff_language
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a link mailed; the answer is the same whether an account has the address or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and settings.EMAIL_HOST and form.is_valid():
        address, ip = form.cleaned_data["email"], client_ip(request)
        wait = attempts.attempt(f"forgotten {address}", ip)
        if not wait:
            started = time.monotonic()
            password_mails.ask(address, ip)
            # Writing a mail down takes longer than finding nobody: both take as long.
            time.sleep(max(0.0, ANSWER_SECONDS - (time.monotonic() - started)))
            return redirect("account_reset_password_done")
        form.add_error(None, too_many_tries(wait))
        status = 429
    context = {"form": form, "mails": bool(settings.EMAIL_HOST)}
    response = render(request, "console/password_forgotten.html", context, status=status)
    if status != 200:
        response.headers["Retry-After"] = str(wait)
    return response


@in_staff_language
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens now."""
    return render(request, "console/password_sent.html")


@in_staff_language
def from_link(request: HttpRequest, uidb36: str, key: str) -> HttpResponse:
    """Set a password by a link; afterwards one signs in with it, and the second factor."""
    if key != SHORT:
        request.no_act = True  # type: ignore[attr-defined]  # the audit log must not hold the link
        request.session[OPENED] = key
        return HttpResponseRedirect(request.path.replace(f"/{key}/", f"/{SHORT}/"))
    staff = staff_of_link(uidb36, request.session.get(OPENED, ""))
    if staff is None or not settings.PASSWORD_SIGN_IN:
        return render(request, "console/password_link_dead.html", status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=staff)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, _("Set a password"), name=staff.get_username())
    opened, password = request.session[OPENED], form.cleaned_data["password1"]
    if not password_set_by_link(uid=uidb36, key=opened, password=password, ip=client_ip(request)):
        return render(request, "console/password_link_dead.html", status=410)
    logout(request)
    messages.success(request, _("Your password is set. You can sign in with it now."))
    response = redirect("account_login")
    # Whoever got the mail is the owner: guesses of strangers do not slow them down here.
    known_browsers.remember(request, response, staff)
    return response


def _form(request: HttpRequest, form: NewPasswordForm, title: str, name: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "name": name}
    status = 400 if form.is_bound else 200
    return render(request, "console/password_set.html", context, status=status)
