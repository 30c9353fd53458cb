"""Error pages in the reader's language."""

import sys
from typing import Final

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

TRY_AGAIN_SECONDS: Final = 30
# The footer's only question to the database, answered beforehand: it may be what failed.
NO_QUERY: Final = {"log_head": None}


class NotHere(Http404):
    """A 404 whose message is written for the reader."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its cookie: say what to do instead of "CSRF"."""
    return render(request, "pages/errors/csrf.html", NO_QUERY, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "pages/errors/400.html", NO_QUERY, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "pages/errors/403.html", NO_QUERY, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with the reason where there is one for readers."""
    reason = str(exception) if isinstance(exception, NotHere) else ""
    return render(request, "pages/errors/404.html", {**NO_QUERY, "reason": reason}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database does not answer; this template asks it nothing."""
    if not isinstance(sys.exception(), OperationalError):
        return render(request, "pages/errors/500.html", NO_QUERY, status=500)
    response = render(request, "pages/errors/500.html", NO_QUERY, status=503)
    response["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return response
