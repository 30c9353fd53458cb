"""Passkeys: add and remove them on the account page, and sign in with them."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console import attempts
from statuspage.console.access import in_staff_language, own, staff_of
from statuspage.console.views.session import HALF, enter, half_signed_in
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import Passkey, Staff
from statuspage.staff.passkeys import (
    PasskeyRefused,
    authentication_begin,
    authentication_finish,
    passkey_remove,
    registration_begin,
    registration_finish,
)
from statuspage.staff.second_factor import has_one, recovery_codes_renew
from statuspage.staff.signing_in import sign_out_elsewhere

CHALLENGE: Final = "passkey_challenge"


@own
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return the options from which the browser makes a new passkey."""
    options, request.session[CHALLENGE] = registration_begin(staff_of(request))
    return HttpResponse(options, content_type="application/json")


@own
@require_POST
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Save a new passkey; for a first second factor, also show recovery codes once."""
    staff = staff_of(request)
    if not _password_is_right(request, staff):
        return redirect("console:account")
    first = not has_one(staff)
    try:
        registration_finish(
            staff=staff,
            answer=request.POST.get("passkey", ""),
            challenge=request.session.pop(CHALLENGE, None),
            name=request.POST.get("name", ""),
            ip=client_ip(request),
        )
    except PasskeyRefused:
        messages.error(request, _("The passkey could not be set up. Please try again."))
        return redirect("console:account")
    request.session[SHOWN] = True
    if first:
        sign_out_elsewhere(staff=staff, but=request.session.session_key)
        codes = recovery_codes_renew(staff=staff, ip=client_ip(request))
        return render(request, "console/recovery_codes.html", {"codes": codes})
    messages.success(request, _("The passkey is set up."))
    return redirect("console:account")


@own
@require_POST
def passkey_off(request: HttpRequest, number: int) -> HttpResponse:
    """Remove one of the reader's own passkeys."""
    staff = staff_of(request)
    found = get_object_or_404(Passkey, pk=number, staff=staff)
    if _password_is_right(request, staff):
        passkey_remove(passkey=found, by=staff, ip=client_ip(request))
        if not has_one(staff):
            request.session.pop(SHOWN, None)
        messages.success(request, _("The passkey was removed."))
    return redirect("console:account")


@in_staff_language
@require_POST
def passkey_show_options(request: HttpRequest) -> HttpResponse:
    """Return the options with which the browser signs in, once the password was right."""
    staff = half_signed_in(request)
    if staff is None:
        return redirect("console:login")
    options, request.session[CHALLENGE] = authentication_begin(staff)
    return HttpResponse(options, content_type="application/json")


@in_staff_language
@require_POST
def passkey_show(request: HttpRequest) -> HttpResponse:
    """Check the passkey and sign in."""
    staff = half_signed_in(request)
    if staff is None:
        request.session.pop(HALF, None)
        return redirect("console:login")
    try:
        authentication_finish(
            staff=staff,
            answer=request.POST.get("passkey", ""),
            challenge=request.session.pop(CHALLENGE, None),
        )
    except PasskeyRefused:
        record(act="second_factor.failed", staff=staff, ip=client_ip(request))
        messages.error(request, _("This passkey was not accepted. Try again, or enter a code."))
        return redirect("console:second_factor")
    return enter(request, staff)


def _password_is_right(request: HttpRequest, staff: Staff) -> bool:
    """Ask for the password again, so that an open browser is not enough; tries are counted."""
    if not staff.has_usable_password():
        return True  # signed in by single sign-on: there is no password to ask for
    name = f"password of {staff.pk}"
    if attempts.attempt(name, ""):
        messages.error(request, _("Too many tries. Wait a moment."))
        return False
    if not staff.check_password(request.POST.get("password", "")):
        messages.error(request, _("Wrong password. Nothing was changed."))
        return False
    attempts.forgive(name, "")
    return True
