"""Single sign-on: redirect to the provider, handle its answer, and take its logout."""

import logging
from typing import Final

import jwt
import requests
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from statuspage.console.access import in_staff_language, own
from statuspage.lib.client_ip import client_ip
from statuspage.lib.rate_limits import within_limit
from statuspage.staff import provider_checks
from statuspage.staff.audit import record
from statuspage.staff.sso import NoRole, ProviderFailed, begin, finish

# What is wrong with an answer: the protocol, a signature or claim, the network, or its form.
PROBLEMS: Final = (
    ProviderFailed,
    jwt.PyJWTError,
    requests.RequestException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    # Two first sign-ins of the same person at once: the next try finds the account.
    IntegrityError,
)
LOGOUTS_PER_MINUTE: Final = 120

logger = logging.getLogger(__name__)


@in_staff_language
def sso(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider."""
    return _go(request, again=False)


@own
def sso_again(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider, which is to ask the person anew: a proof before a sensitive act."""
    return _go(request, again=True)


def _go(request: HttpRequest, *, again: bool) -> HttpResponse:
    if not settings.OIDC_ISSUER:
        return redirect("account_login")
    where = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        where = reverse("console:dashboard")
    try:
        return begin(request, where, again=again)
    except PROBLEMS as problem:
        return _failed(request, problem)


@in_staff_language
def sso_back(request: HttpRequest) -> HttpResponse:
    """Handle the provider's answer: sign in, ask for our second factor, or show the error."""
    if not settings.OIDC_ISSUER:
        return redirect("account_login")
    try:
        return finish(request)
    except NoRole:
        record(act="sign_in_failed", staff=None, who="?", ip=client_ip(request))
        messages.error(request, _("You have no role here. Ask an administrator for one."))
        return redirect("account_login")
    except PROBLEMS as problem:
        record(act="sign_in_failed", staff=None, who="?", ip=client_ip(request))
        return _failed(request, problem)


@csrf_exempt  # the provider's signature is looked at, and no cookie
@never_cache
@require_POST
def sso_logout(request: HttpRequest) -> HttpResponse:
    """End what the provider's logout token names (OpenID Connect Back-Channel Logout 1.0)."""
    ip = client_ip(request)
    if not settings.OIDC_ISSUER:
        return HttpResponse(status=404)
    if not within_limit("sso-logout", ip, LOGOUTS_PER_MINUTE):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    try:
        provider_checks.logout(request.POST.get("logout_token", ""), ip)
    except provider_checks.LogoutRefused as problem:
        logger.warning("a logout token was refused: %s", problem)
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def _failed(request: HttpRequest, problem: Exception) -> HttpResponse:
    # The message may hold what the provider sent; the exception's type is enough.
    logger.warning("single sign-on failed: %s", type(problem).__name__)
    messages.error(request, _("Sign-in failed. Please try again."))
    return redirect("account_login")
