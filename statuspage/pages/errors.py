"""Error pages in the reader's language."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

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
    """500; nothing in this template asks the database, which may be what failed."""
    return render(request, "pages/errors/500.html", NO_QUERY, status=500)
