"""What every public answer has in common: safe methods, an ETag, no cookie, soon revalidated."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.http import parse_http_date_safe
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage.pages.errors import NotHere, page_not_found
from statuspage.statements.texts import CHINESE, ENGLISH

# RFC 9111 and RFC 5861, in seconds. A browser asks again each time, a cache between us after one
# second; where we cannot be reached, a page of yesterday with its time on it beats none.
CACHING: Final = {
    "public": True,
    "max_age": 0,
    "s_maxage": 1,
    "stale_while_revalidate": 1,
    "stale_if_error": 86_400,
}
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def public(view: View[Rest]) -> View[Rest]:
    """GET and HEAD, with an ETag; asked again each time, so that a change shows at once."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            return _revalidated(request, view(request, *args, **kwargs))
        except NotHere as missing:
            return page_not_found(request, missing)

    guarded: View[Rest] = require_safe(cache_control(**CACHING)(answered))
    return guarded


def _revalidated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with its ETag, or 304 to a reader who has it already; HEAD is told the same."""
    set_response_etag(response)
    spoken = response.get("Last-Modified")
    answer = get_conditional_response(
        request,
        etag=response["ETag"],
        last_modified=parse_http_date_safe(spoken) if spoken else None,
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


def asked_language(request: HttpRequest) -> str:
    """`en` for `?lang=en` (or en-GB …), else Chinese."""
    asked = request.GET.get("lang", "").lower()
    return ENGLISH if asked.partition("-")[0] == ENGLISH else CHINESE
