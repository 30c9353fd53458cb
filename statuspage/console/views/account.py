"""The reader's account: second factor, recovery codes, open sessions, and API tokens."""

from datetime import timedelta

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import own, permits, staff_of
from statuspage.console.forms.sign_in import EnrolForm, StaffCodeForm, TokenForm
from statuspage.console.wanted import PER_PAGE, page_of
from statuspage.lib.client_ip import client_ip
from statuspage.staff.middleware import SHOWN
from statuspage.staff.models import ApiToken, SignIn, Staff
from statuspage.staff.passkeys import passkeys_of
from statuspage.staff.permissions import Act
from statuspage.staff.roles import Scope
from statuspage.staff.second_factor import (
    has_app,
    has_one,
    is_required,
    recovery_codes_renew,
    totp_begin,
    totp_remove,
    totp_uri,
)
from statuspage.staff.services import token_issue, token_revoke, tokens_seen_by
from statuspage.staff.signing_in import sign_in_revoke, sign_ins_of, sign_out_elsewhere


@own
def account(request: HttpRequest) -> HttpResponse:
    """Show how the account is protected."""
    staff = staff_of(request)
    context = {
        "has_one": has_one(staff),
        "has_app": has_app(staff),
        "passkeys": passkeys_of(staff),
        "required": is_required(staff),
        "codes_left": staff.recovery_codes.filter(used_at=None).count(),
        "form": StaffCodeForm(staff=staff, request=request),
        "sign_ins": sign_ins_of(staff)[:PER_PAGE],
        "this_one": request.session.session_key,
    }
    return render(request, "console/account.html", context)


@own
def totp(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app; the answer shows the recovery codes once."""
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


@own
@require_POST
def totp_off(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app, after checking a code."""
    staff = staff_of(request)
    if not _proven(request, staff):
        return redirect("console:account")
    totp_remove(staff=staff, by=staff, ip=client_ip(request))
    if not has_one(staff):
        request.session.pop(SHOWN, None)
    messages.success(request, _("The authenticator app was removed."))
    return redirect("console:account")


@own
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Create ten new recovery codes and show them once."""
    staff = staff_of(request)
    if not _proven(request, staff):
        return redirect("console:account")
    codes = recovery_codes_renew(staff=staff, ip=client_ip(request))
    return render(request, "console/recovery_codes.html", {"codes": codes})


@own
@require_POST
def session_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Sign out another of the reader's own browsers."""
    staff = staff_of(request)
    found = get_object_or_404(SignIn, pk=number, staff=staff)
    sign_in_revoke(sign_in=found, by=staff, ip=client_ip(request))
    messages.success(request, _("That browser has been signed out."))
    return redirect("console:account")


def _proven(request: HttpRequest, staff: Staff) -> bool:
    form = StaffCodeForm(request.POST, staff=staff, request=request)
    if form.is_valid():
        return True
    for problems in form.errors.values():
        messages.error(request, " ".join(str(one) for one in problems))
    return False


def _picture(uri: str) -> str:
    """Return the QR code as SVG, drawn on this server so that nobody else gets the secret."""
    svg: str = segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 - segno draws numbers; the text is not in it


@permits(Act.OWN_TOKENS)
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the reader's tokens, or all for administrators, and issue a new one."""
    staff = staff_of(request)
    form = TokenForm(request.POST or None, staff=staff)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        secret = token_issue(
            name=values["name"],
            staff=staff,
            scopes=values["scopes"],
            expires_at=timezone.now() + timedelta(days=values["days"]),
            by=staff,
            ip=client_ip(request),
        )
        waits = Scope.ALONE in values["scopes"]
        context = {"secret": secret, "waits": waits, **values}
        return render(request, "console/token_issued.html", context)
    page = page_of(request, tokens_seen_by(staff))
    context = {"form": form, "page": page, "rows": [(one, _state(one)) for one in page]}
    return render(request, "console/tokens.html", context, status=400 if form.is_bound else 200)


def _state(token: ApiToken) -> str:
    """Return why it does not work, or an empty string."""
    now = timezone.now()
    if token.revoked_at:
        return "revoked"
    if token.has_expired(now):
        return "expired"
    return "waits" if token.waits(now) else ""


@permits(Act.OWN_TOKENS)
@require_POST
def token_off(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke a token at once and for good."""
    token = get_object_or_404(tokens_seen_by(staff_of(request)), pk=number)
    token_revoke(token=token, by=staff_of(request), ip=client_ip(request))
    messages.success(request, _("The token has been revoked."))
    return redirect("console:tokens")
