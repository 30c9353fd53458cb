"""What all public views share: error pages, safe methods, ETag, caching headers, CORS, language."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.functional import Promise
from django.utils.http import parse_http_date_safe
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from statuspage.lib.postgres.base import PASSING
from statuspage.lib.rate_limits import WINDOW_SECONDS
from statuspage.statements.texts import CHINESE, ENGLISH

TRY_AGAIN_SECONDS: Final = 30
# An engine that is away, hangs or takes no writes.
AWAY: Final = (*PASSING, RedisError)
# Keeps the footer from querying the database, which may be what failed.
NO_QUERY: Final = {"log_head": None}
# RFC 9111 and RFC 5861, in seconds. Browsers revalidate each time, shared caches after a second;
# while the site is away, a day-old page with its time on it is better than none.
CACHING: Final = {
    "public": True,
    "max_age": 0,
    "s_maxage": 1,
    "stale_while_revalidate": 1,
    "stale_if_error": 86_400,
}
BODY_REFUSALS: Final = {
    400: ("invalid", _("The body is shorter than announced, or its length is no number.")),
    408: ("timeout", _("The request took too long to arrive. Send it again.")),
    413: ("too_large", _("The request is too large.")),
}
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


class PageNotFound(Http404):
    """A 404 whose message is written for the reader."""


def _error_page(name: str, status: int) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, *_exception: object, **_reason: object) -> HttpResponse:
        return render(request, f"pages/errors/{name}.html", NO_QUERY, status=status)

    return view


csrf_failure = _error_page("csrf", 403)
bad_request = _error_page("400", 400)
permission_denied = _error_page("403", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, with the reason if there is one for readers."""
    reason = str(exception) if isinstance(exception, PageNotFound) else ""
    return render(request, "pages/errors/404.html", {**NO_QUERY, "reason": reason}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 if an engine does not answer; the template does not query the database."""
    if isinstance(sys.exception(), AWAY):
        return unavailable(request)
    return _failed(request, 500, "error", _("Something went wrong on our side."))


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503, without asking any engine."""
    response = _failed(request, 503, "unavailable", _("Unavailable at the moment. Try again soon."))
    response["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return response


def body_refused(request: HttpRequest, status: int) -> HttpResponse:
    """Answer a request whose body was not read: 400, 408 where it was slow, 413 where too long."""
    code, message = BODY_REFUSALS[status]
    return _failed(request, status, code, message, f"pages/errors/{status}.html")


def _failed(
    request: HttpRequest,
    status: int,
    code: str,
    message: Promise,
    template: str = "pages/errors/500.html",
) -> HttpResponse:
    """Answer in the format of the API that was asked, or with the page."""
    if request.path.startswith("/api/v1/"):
        with override(get_language_from_request(request)):
            error = {"code": code, "message": str(message), "fields": {}}
        return JsonResponse({"error": error}, status=status)
    if request.path.startswith("/api/v2/"):
        with override(asked_language(request)):
            response = JsonResponse({"error": str(message)}, status=status)
        response["Access-Control-Allow-Origin"] = "*"
        return response
    return render(request, template, NO_QUERY, status=status)


def too_fast(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """Return the page without an answer to those who ask too often."""
    response = render(request, template, {**context, "too_fast": True}, status=429)
    response["Retry-After"] = str(WINDOW_SECONDS)
    return response


def public(view: View[Rest]) -> View[Rest]:
    """Allow GET and HEAD, with an ETag and revalidation, so that a change shows at once."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            return _revalidated(request, view(request, *args, **kwargs))
        except PageNotFound as missing:
            return page_not_found(request, missing)

    guarded: View[Rest] = require_safe(cache_control(**CACHING)(answered))
    return guarded


def _revalidated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the answer with its ETag, or 304 where the client already has it."""
    set_response_etag(response)
    last_modified = response.get("Last-Modified")
    answer = get_conditional_response(
        request,
        etag=response["ETag"],
        last_modified=parse_http_date_safe(last_modified) if last_modified else None,
        response=response,
    )
    return cast(HttpResponse, answer)


def any_origin(view: View[Rest]) -> View[Rest]:
    """Let any site's script read the answer: it is public, and carries no cookie."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        else:
            response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
        return response

    return wrapped


def in_asked_language(view: View[Rest]) -> View[Rest]:
    """Answer in the language of `?lang=`; Chinese when it is left out or unknown."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        language = asked_language(request)
        with override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        return response

    return wrapped


def for_machines(view: View[Rest]) -> View[Rest]:
    """Make a view public, for any origin, in the language that was asked for."""
    return any_origin(public(in_asked_language(view)))


def asked_language(request: HttpRequest) -> str:
    """Return `en` for `?lang=en` (or en-GB …), else Chinese."""
    asked = request.GET.get("lang", "").lower()
    return ENGLISH if asked.partition("-")[0] == ENGLISH else CHINESE
