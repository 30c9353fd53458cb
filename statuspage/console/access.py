"""View decorators that ask the table of permissions for a console page, and choose its language."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeAlias
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from statuspage.staff import recency
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, has_role_for, may, roles_for
from statuspage.staff.roles import MAY_ADMINISTER, MAY_APPROVE, MAY_AUDIT, MAY_PUBLISH

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# By the roles that may do what was refused.
REFUSALS: Final = {
    MAY_PUBLISH: "console/forbidden.html",
    MAY_APPROVE: "console/undecided.html",
    MAY_AUDIT: "console/auditors_only.html",
    MAY_ADMINISTER: "console/admins_only.html",
}


def in_staff_language(view: View[P]) -> View[P]:
    """Answer in the language of the reader's cookie or browser, and forbid caching.

    The middleware reads the language from the path, but the console's URLs have no language.
    """

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        response.headers["Content-Language"] = language
        return response

    return wrapped


def permits(act: Act, post: Act | None = None) -> Callable[[View[P]], View[P]]:
    """Let in those who may do `act`, and for a POST `post`, where that is more; else answer 403."""

    def decorated(view: View[P]) -> View[P]:
        return _for(view, act, post or act)

    return decorated


def reads(view: View[P]) -> View[P]:
    """Let in every member of staff, auditors included."""
    return _for(view, Act.READ, Act.READ)


def own(view: View[P]) -> View[P]:
    """Let in every member of staff, to what concerns their own account only."""
    return _for(view, Act.OWN_ACCOUNT, Act.OWN_ACCOUNT)


def writes(view: View[P]) -> View[P]:
    """Let in those who may publish."""
    return _for(view, Act.PUBLISH, Act.PUBLISH)


def decides(view: View[P]) -> View[P]:
    """Let in those who may approve."""
    return _for(view, Act.APPROVE, Act.APPROVE)


def refused(request: HttpRequest, act: Act) -> HttpResponse:
    """Return the page, with status 403, that says who may do it."""
    if has_role_for(staff_of(request), act):
        return render(request, "console/unconfirmed.html", status=403)
    return render(request, REFUSALS[roles_for(act)], status=403)


def reauthenticated(view: View[P]) -> View[P]:
    """Ask those who have not proved lately who they are, before a sensitive act.

    Afterwards a page that was asked for opens; a form is sent again by hand, from its own page: an
    act that somebody gave up must not happen later by itself. Goes inside @reads and the like.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if recency.proved_lately(request.session):
            return view(request, *args, **kwargs)
        return _to_proof(request)

    return wrapped


def reauthenticated_to_post(view: View[P]) -> View[P]:
    """Ask likewise for a form that is sent, and let everyone see its page."""
    asking = reauthenticated(view)

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return (asking if request.method == "POST" else view)(request, *args, **kwargs)

    return wrapped


def staff_of(request: HttpRequest) -> Staff:
    """Return the signed-in member of staff; only for views behind a decorator of this module."""
    if not isinstance(request.user, Staff):
        raise TypeError("this view lacks a decorator of access.py")
    return request.user


def _for(view: View[P], act: Act, post: Act) -> View[P]:
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        wanted = post if request.method == "POST" else act
        if not may(staff_of(request), wanted):
            return refused(request, wanted)
        return view(request, *args, **kwargs)

    return in_staff_language(wrapped)


def _to_login(request: HttpRequest) -> HttpResponse:
    return _whole_page(request, redirect_to_login(request.get_full_path()))


def _to_proof(request: HttpRequest) -> HttpResponse:
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if not methods:
        return render(request, "console/unprovable.html", status=403)
    if request.method == "POST":
        messages.warning(request, _("Confirm that it is you, then do it again."))
    return _whole_page(request, redirect_to_login(_place(request), methods[0]["url"]))


def _place(request: HttpRequest) -> str:
    """Return the page that was asked for, or the one from which a form was sent."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return request.get_full_path()
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    here = urlsplit(told)
    ours = here.netloc == request.get_host() and here.path.startswith("/console/")
    return f"{here.path}?{here.query}".removesuffix("?") if ours else reverse("console:dashboard")


def _whole_page(request: HttpRequest, response: HttpResponseRedirect) -> HttpResponse:
    """Return a redirect that htmx follows as a whole page, not into a fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": response.url})
    return response
