"""The reader's account: second factor, password, open sessions, and API tokens."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import own, permits, reauthenticated_to_post, staff_of
from statuspage.console.forms.sign_in import TokenForm
from statuspage.console.wanted import PER_PAGE, page_of
from statuspage.lib.client_ip import client_ip
from statuspage.staff.links import is_vouched_for
from statuspage.staff.models import ApiToken
from statuspage.staff.permissions import Act
from statuspage.staff.roles import Scope
from statuspage.staff.second_factor import (
    has_app,
    has_one,
    is_required,
    passkeys_of,
    recovery_codes_of,
)
from statuspage.staff.services import token_issue, token_revoke, tokens_seen_by
from statuspage.staff.signing_in import session_revoke as session_end
from statuspage.staff.signing_in import sessions_of


@own
def account(request: HttpRequest) -> HttpResponse:
    """Show how the account is protected."""
    staff = staff_of(request)
    context = {
        "has_one": has_one(staff),
        "has_app": has_app(staff),
        "passkeys": passkeys_of(staff),
        "required": is_required(staff),
        "codes_left": len(recovery_codes_of(staff)),
        "has_password": settings.PASSWORD_SIGN_IN and not is_vouched_for(staff),
        "sessions": sessions_of(staff)[:PER_PAGE],
        "this_one": request.session.session_key,
    }
    return render(request, "console/account.html", context)


@own
@require_POST
def session_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Sign out another of the reader's own browsers."""
    staff = staff_of(request)
    found = get_object_or_404(UserSession, pk=number, user=staff)
    session_end(session=found, by=staff, ip=client_ip(request))
    messages.success(request, _("That browser has been signed out."))
    return redirect("mfa_index")


@permits(Act.OWN_TOKENS)
@reauthenticated_to_post
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
