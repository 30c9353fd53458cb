"""Renders a public page through Django as for a visitor without cookies, without a network."""

import io
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import parse_http_date

from statuspage.lib.render_cache import present
from statuspage.pages.snapshots.pages import Page, compressed

# Set again for each answer, by Django or by the page server; Accept-Language does not matter to
# an address that has a language.
OWN: Final = frozenset({"etag", "last-modified", "content-length", "vary", "x-request-id"})
POLICY: Final = "Content-Security-Policy"
OK: Final = 200
FAULT: Final = 500


class Missing(Exception):
    """There is nothing under this address."""


class UnusableResponse(Exception):
    """The answer is no snapshot: it is broken, or meant for one person."""


def rendered(key: str) -> Page:
    """Return the page as Django serves it now.

    Raises:
        Missing: Django answers 404.
        UnusableResponse: Django fails, sets a cookie, or answers by cookie.
    """
    with translation.override(translation.get_language()):
        response = _handler().get_response(_request(key))
    if response.status_code != OK:
        problem = UnusableResponse if response.status_code >= FAULT else Missing
        raise problem(f"{key}: {response.status_code}")
    if response.cookies or "cookie" in response.get("Vary", "").lower():
        raise UnusableResponse(f"{key}: the answer depends on cookies")
    return _page(key, response)


def _page(key: str, response: HttpResponseBase) -> Page:
    headers = {name: value for name, value in response.items() if name.lower() not in OWN}
    if policy := headers.get(POLICY):
        # Its order differs between processes, and would look like a change.
        headers[POLICY] = "; ".join(sorted(policy.split("; ")))
    moment = present().replace(microsecond=0)
    if given := response.get("Last-Modified"):
        moment = moment.fromtimestamp(parse_http_date(given), moment.tzinfo)
    return compressed(key, headers, response.getvalue(), moment)


@cache
def _handler() -> WSGIHandler:
    # Not called as an application: its request signals would close the connection whose database
    # snapshot is being rendered.
    return WSGIHandler()


def _request(key: str) -> WSGIRequest:
    path, _mark, query = key.partition("?")
    site = urlsplit(settings.SITE_URL)
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": site.hostname or "",
            "SERVER_PORT": str(site.port or 443),
            "HTTP_HOST": site.netloc,
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        }
    )
