"""The answer to requests for which no thread was free."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from statuspage.pages.http import unavailable

# In the environ of such a request.
BUSY: Final = "candor.busy"


class BusyMiddleware:
    """Answers 503 before anything asks an engine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 503 to a request that is marked, and pass on all others."""
        return unavailable(request) if BUSY in request.META else self._get_response(request)
