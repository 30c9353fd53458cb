"""API tokens: issued here, shown once, revoked."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.client_ip import client_ip
from statuspage.console.access import reads, staff_of
from statuspage.console.forms.account import TokenForm
from statuspage.console.paging import page_of
from statuspage.staff.models import ApiToken
from statuspage.staff.services import token_issue, token_revoke, tokens_seen_by


@reads
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, or everybody's for administrators; and the form for a new one."""
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
        return render(request, "console/token_issued.html", {"secret": secret, **values})
    context = {"form": form, "page": page_of(request, _seen(request)), "now": timezone.now()}
    return render(request, "console/tokens.html", context, status=400 if form.is_bound else 200)


@reads
@require_POST
def token_off(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke one, at once and for good."""
    token = get_object_or_404(_seen(request), pk=number)
    token_revoke(token=token, by=staff_of(request), ip=client_ip(request))
    messages.success(request, _("The token no longer works."))
    return redirect("console:tokens")


def _seen(request: HttpRequest) -> QuerySet[ApiToken]:
    return tokens_seen_by(staff_of(request))
