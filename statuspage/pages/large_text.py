"""Large text (适老化): every page once more under /elder/, made from the page's own bytes.

It is part of the address, not a cookie or a query: it works without a script, links keep it, it
can be shared, and the page server can make it from its snapshots. See docs/adr/0016.
"""

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

PREFIX: Final = "/elder"
# Paths that are not pages for readers. Documents for machines have no slash at the end. A link
# marked `as-is` is not changed.
OTHERS: Final = r"(?!/|console/|admin/|api/|hooks/|i18n/|static/|elder/)"
PAGE: Final = re.compile(rf"/{OTHERS}(?:[^?#]*/)?\Z")
LINK: Final = re.compile(
    rf'(?<!as-is )((?:href|action)=")(/{OTHERS}(?:[^"?#]*/)?)(?=["?#])'.encode()
)
ROOT: Final = b"<html "


def plain_path(path: str) -> str:
    """Return the page's own path; empty where `path` is not one of large text."""
    own = path.removeprefix(PREFIX)
    return own if own != path and PAGE.match(own) else ""


def enlarged(html: bytes) -> bytes:
    """Return the page with large text, its links leading to pages with large text."""
    linked = LINK.sub(rb"\1" + PREFIX.encode() + rb"\2", html)
    return linked.replace(ROOT, ROOT + b'class="elder" ', 1)


class LargeTextMiddleware:
    """Middleware that answers addresses under /elder/ with the enlarged page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        own = plain_path(request.path_info)
        if not own:
            return self.get_response(request)
        request.path = request.path_info = own
        response = self.get_response(request)
        moved = response.get("Location", "")
        if PAGE.match(moved.partition("?")[0]):
            response["Location"] = PREFIX + moved
        if response.get("Content-Type", "").startswith("text/html") and response.content:
            response.content = enlarged(response.content)
            response["Content-Length"] = str(len(response.content))
        return response
