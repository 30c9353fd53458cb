"""Who may open which page of the console, and in which language it answers."""

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
    """Answer in the language of the reader's cookie or browser, and let nothing be stored.

    The middleware reads the language from the path, which the console's addresses do not carry.
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


def anyone(view: View[P]) -> View[P]:
    """A page that needs no sign-in: signing in itself."""
    return in_staff_language(view)


def reads(view: View[P]) -> View[P]:
    """A page for every member of staff, auditors included."""
    return in_staff_language(_signed_in(view))


def writes(view: View[P]) -> View[P]:
    """A page for those who may speak in public; others are told so, with status 403."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staff_of(request).may_publish:
            return render(request, "console/forbidden.html", status=403)
        return view(request, *args, **kwargs)

    return in_staff_language(_signed_in(wrapped))


def decides(view: View[P]) -> View[P]:
    """A page for those who may decide what becomes of messages and addresses; others get 403."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_decide(staff_of(request)):
            return undecided(request)
        return view(request, *args, **kwargs)

    return in_staff_language(_signed_in(wrapped))


def audits(view: View[P]) -> View[P]:
    """A page for administrators and auditors; others get 403."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staff_of(request).may_audit:
            return render(request, "console/auditors_only.html", status=403)
        return view(request, *args, **kwargs)

    return in_staff_language(_signed_in(wrapped))


def undecided(request: HttpRequest) -> HttpResponse:
    """Who may not decide is told so."""
    return render(request, "console/undecided.html", status=403)


def may_decide(staff: Staff) -> bool:
    """Whether they may send again, or write again to whom a provider stopped."""
    return staff.may_approve


def staff_of(request: HttpRequest) -> Staff:
    """Who is signed in; only for views behind `reads` or `writes`."""
    if not isinstance(request.user, Staff):
        raise TypeError("this view lacks @reads or @writes")
    return request.user


def _signed_in(view: View[P]) -> View[P]:
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        return view(request, *args, **kwargs)

    return wrapped


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; htmx is told to load it as a whole, not into a corner of this one."""
    response: HttpResponse = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        location = response.headers["Location"]
        response = HttpResponse(status=204, headers={"HX-Redirect": location})
    return response
