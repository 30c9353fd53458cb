"""Headers that Django and django-csp leave out."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

HEADERS: Final = {
    # No page of ours needs any of it, and none may be had by whatever gets into one.
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}


class HeadersMiddleware:
    """Puts them on every answer that does not say otherwise itself (badge and widget do)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Access-Control-Allow-Origin" in response.headers:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
