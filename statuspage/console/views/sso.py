"""Single sign-on: redirect to the provider, and handle its answer."""

import logging
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from joserfc.errors import JoseError

from statuspage.console.access import in_staff_language
from statuspage.console.views.session import BACKEND, ask_for_more
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.middleware import SHOWN
from statuspage.staff.second_factor import has_one
from statuspage.staff.sso import NoRole, provider, showed_second_factor, staff_by_claims

WHERE: Final = "sso_next"
# What is wrong with an answer: the protocol, a signature or claim, the network, or its form.
PROBLEMS: Final = (
    AuthlibBaseError,
    JoseError,
    requests.RequestException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    # Two first sign-ins of the same person at once: the next try finds the account.
    IntegrityError,
)

logger = logging.getLogger(__name__)


@in_staff_language
def sso(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider."""
    if not settings.OIDC_ISSUER:
        return redirect("console:login")
    where = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        where = reverse("console:dashboard")
    request.session[WHERE] = where
    back = settings.SITE_URL + reverse("console:sso_back")
    try:
        answer: HttpResponse = provider().authorize_redirect(request, back)
    except PROBLEMS as problem:
        return _failed(request, problem)
    return answer


@in_staff_language
def sso_back(request: HttpRequest) -> HttpResponse:
    """Handle the provider's answer: sign in, ask for our second factor, or show the error."""
    if not settings.OIDC_ISSUER:
        return redirect("console:login")
    try:
        claims = _claims(request)
        staff = staff_by_claims(claims, client_ip(request))
    except NoRole:
        record(act="sign_in_failed", staff=None, who="?", ip=client_ip(request))
        messages.error(request, _("You have no role here. Ask an administrator for one."))
        return redirect("console:login")
    except PROBLEMS as problem:
        record(act="sign_in_failed", staff=None, who="?", ip=client_ip(request))
        return _failed(request, problem)
    where = request.session.pop(WHERE, reverse("console:dashboard"))
    shown = showed_second_factor(claims)
    if has_one(staff) and not shown:
        return ask_for_more(request, staff, where)
    login(request, staff, backend=BACKEND)
    if shown:
        request.session[SHOWN] = True
    return redirect(where)


def _claims(request: HttpRequest) -> dict[str, Any]:
    """Return the claims of the ID token after checking signature, issuer, audience, time and nonce.

    Raises:
        ValueError: the provider sent no ID token.
    """
    # Authlib takes a token that is for others as soon as its `azp` names us; we do not.
    wanted = {"iss": settings.OIDC_ISSUER, "aud": settings.OIDC_CLIENT_ID}
    options = {name: {"essential": True, "value": value} for name, value in wanted.items()}
    token = provider().authorize_access_token(request, claims_options=options)
    if "userinfo" not in token:
        raise ValueError("no ID token")
    return dict(token["userinfo"])


def _failed(request: HttpRequest, problem: Exception) -> HttpResponse:
    # The message may hold what the provider sent; the exception's type is enough.
    logger.warning("single sign-on failed: %s", type(problem).__name__)
    messages.error(request, _("Sign-in failed. Please try again."))
    return redirect("console:login")
