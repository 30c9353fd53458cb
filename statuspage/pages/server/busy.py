"""The answer to requests that the web server itself refuses: no thread is free, or their body."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from statuspage.pages.http import body_refused, unavailable

# In the environ of such a request: the status with which it is refused.
REFUSED: Final = "candor.refused"
BUSY: Final = 503


class BusyMiddleware:
    """Answers before anything asks an engine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse a request that is marked, and pass on all others."""
        status = request.META.get(REFUSED)
        if status is None:
            return self._get_response(request)
        return unavailable(request) if status == BUSY else body_refused(request, status)
