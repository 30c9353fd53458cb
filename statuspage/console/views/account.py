"""One's own account: second factor, recovery codes, and where one is signed in."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.client_ip import client_ip
from statuspage.console.access import reads, staff_of
from statuspage.console.forms.account import EnrolForm
from statuspage.console.forms.second_factor import CodeForm
from statuspage.console.paging import PER_PAGE
from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import SignIn, Staff
from statuspage.staff.passkeys import passkeys_of
from statuspage.staff.second_factor import (
    has_app,
    has_one,
    is_required,
    recovery_codes_renew,
    totp_begin,
    totp_remove,
    totp_uri,
)
from statuspage.staff.signing_in import sign_in_revoke, sign_ins_of, sign_out_elsewhere


@reads
def account(request: HttpRequest) -> HttpResponse:
    """What protects this account."""
    staff = staff_of(request)
    context = {
        "has_one": has_one(staff),
        "has_app": has_app(staff),
        "passkeys": passkeys_of(staff),
        "required": is_required(staff),
        "codes_left": staff.recovery_codes.filter(used_at=None).count(),
        "form": CodeForm(staff=staff, request=request),
        "sign_ins": sign_ins_of(staff)[:PER_PAGE],
        "this_one": request.session.session_key,
    }
    return render(request, "console/account.html", context)


@reads
def totp(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app; the recovery codes are shown once, in the answer."""
    staff = staff_of(request)
    if has_app(staff):
        return redirect("console:account")
    form = EnrolForm(request.POST or None, staff=staff, ip=client_ip(request))
    if request.method == "POST" and form.is_valid():
        request.session[SHOWN] = True
        sign_out_elsewhere(staff=staff, but=request.session.session_key)
        return render(request, "console/recovery_codes.html", {"codes": form.recovery_codes})
    secret = totp_begin(staff=staff)
    context = {"form": form, "secret": secret, "picture": _picture(totp_uri(secret, staff))}
    return render(request, "console/totp.html", context, status=400 if form.is_bound else 200)


@reads
@require_POST
def totp_off(request: HttpRequest) -> HttpResponse:
    """Remove the app, for a new telephone; a code proves that it is still they."""
    staff = staff_of(request)
    if not _proven(request, staff):
        return redirect("console:account")
    totp_remove(staff=staff, by=staff, ip=client_ip(request))
    if not has_one(staff):
        request.session.pop(SHOWN, None)
    messages.success(request, _("The authenticator app was removed."))
    return redirect("console:account")


@reads
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    staff = staff_of(request)
    if not _proven(request, staff):
        return redirect("console:account")
    codes = recovery_codes_renew(staff=staff, ip=client_ip(request))
    return render(request, "console/recovery_codes.html", {"codes": codes})


@reads
@require_POST
def session_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Sign another browser of one's own out."""
    staff = staff_of(request)
    found = get_object_or_404(SignIn, pk=number, staff=staff)
    sign_in_revoke(sign_in=found, by=staff, ip=client_ip(request))
    messages.success(request, _("That browser is signed out."))
    return redirect("console:account")


def _proven(request: HttpRequest, staff: Staff) -> bool:
    form = CodeForm(request.POST, staff=staff, request=request)
    if form.is_valid():
        return True
    for problems in form.errors.values():
        messages.error(request, " ".join(str(one) for one in problems))
    return False


def _picture(uri: str) -> str:
    """The QR code as SVG, drawn here: the secret goes to no one else."""
    svg: str = segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 - segno draws numbers; the text is not in it
