"""WSGI application that answers public pages from memory and passes the rest to Django."""

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from statuspage.pages.outbox import published_here
from statuspage.pages.server.cached_pages import CachedPage, Headers, choose
from statuspage.pages.server.memory import Memory

# Clients choose these headers freely: this bounds how many are cached.
REMEMBERED: Final = 500
SAFE: Final = frozenset({"GET", "HEAD"})


class PageServer:
    """Answers GET and HEAD of public pages from `memory`; Django answers everything else."""

    def __init__(self, django: WSGIApplication, memory: Memory) -> None:
        self._django = django
        self._memory = memory
        self._encoding = lru_cache(REMEMBERED)(choose)
        self._serves = lru_cache(REMEMBERED)(_serves)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        key, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        key = f"{key}?{query}" if query else key
        answer = self._memory.answers.get(key) or self._memory.large(key)
        method = environ["REQUEST_METHOD"]
        if answer is None or method not in SAFE or not self._serves(*_origin(environ)):
            return self._by_django(environ, start, method)
        variant = answer.variants[self._encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        tags, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
        if tags is not None:
            unchanged = tags == variant.etag or variant.known(tags)
        else:
            unchanged = since is not None and answer.unmodified_since(since)
        if unchanged:
            start("304 Not Modified", _aged(variant.unchanged, answer))
            return []
        start("200 OK", _aged(variant.headers, answer))
        return variant.body if method == "GET" else []

    def _by_django(
        self, environ: WSGIEnvironment, start: StartResponse, method: str
    ) -> Iterable[bytes]:
        """Return Django's answer; after publishing, only once the pages show the statement."""
        published_here()
        response = self._django(environ, start)
        number = 0 if method in SAFE else published_here()
        if number:
            self._memory.wait_for(number, settings.PAGES_WAIT_SECONDS)
        return response


def _aged(headers: Headers, answer: CachedPage) -> Headers:
    """Return the headers, with the age in seconds of a page that can no longer be confirmed."""
    if answer.as_of is None:
        return headers
    return [*headers, ("Age", str(max(0, int(time.time() - answer.as_of))))]


def _origin(environ: WSGIEnvironment) -> tuple[str, str]:
    """Return the host and the scheme, as Django finds it by SECURE_PROXY_SSL_HEADER."""
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ["wsgi.url_scheme"]
    return environ.get("HTTP_HOST", ""), scheme


def _serves(host: str, scheme: str) -> bool:
    """Return whether Django would serve this host and scheme, without refusing or redirecting."""
    domain, _port = split_domain_port(host)
    secure = scheme == "https" or not settings.SECURE_SSL_REDIRECT
    return bool(domain) and secure and validate_host(domain, settings.ALLOWED_HOSTS)
