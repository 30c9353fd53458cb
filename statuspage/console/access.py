"""View decorators that check a console page's permissions and choose its language."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from statuspage.staff.models import Staff

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


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


def reads(view: View[P]) -> View[P]:
    """Let in every member of staff, auditors included."""
    return _for(view, lambda staff: True, "")


def writes(view: View[P]) -> View[P]:
    """Let in those who may publish; answer the others with status 403."""
    return _for(view, lambda staff: staff.may_publish, "console/forbidden.html")


def decides(view: View[P]) -> View[P]:
    """Let in those who may approve; answer the others with status 403."""
    return _for(view, lambda staff: staff.may_approve, "console/undecided.html")


def audits(view: View[P]) -> View[P]:
    """Let in administrators and auditors; answer the others with status 403."""
    return _for(view, lambda staff: staff.may_audit, "console/auditors_only.html")


def staff_of(request: HttpRequest) -> Staff:
    """Return the signed-in member of staff; only for views behind a decorator of this module."""
    if not isinstance(request.user, Staff):
        raise TypeError("this view lacks @reads or @writes")
    return request.user


def _for(view: View[P], allowed: Callable[[Staff], bool], refusal: str) -> View[P]:
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        if not allowed(staff_of(request)):
            return render(request, refusal, status=403)
        return view(request, *args, **kwargs)

    return in_staff_language(wrapped)


def _to_login(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page; htmx must load it as a whole page, not into a fragment."""
    response: HttpResponse = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        location = response.headers["Location"]
        response = HttpResponse(status=204, headers={"HX-Redirect": location})
    return response
