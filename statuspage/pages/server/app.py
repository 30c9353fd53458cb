"""RSGI application that answers public pages from memory and passes the rest to Django."""

import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache, partial
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from statuspage.pages.large_text import plain_path
from statuspage.pages.outbox import published_here
from statuspage.pages.server.cached_pages import CachedPage, Headers, choose
from statuspage.pages.server.gateway import Gateway
from statuspage.pages.server.interface import Client, Scope
from statuspage.pages.server.lanes import Busy, Lane
from statuspage.pages.server.memory import Memory

# Clients choose these headers freely: this bounds how many are cached.
REMEMBERED: Final = 500
SAFE: Final = frozenset({"GET", "HEAD"})


class PageServer:
    """Answers GET and HEAD of public pages from `memory`; Django answers everything else."""

    def __init__(self, django: WSGIApplication, memory: Memory) -> None:
        self._django = django
        self._gateway = Gateway(self._by_django)
        self._memory = memory
        self._enlarging = Lane[CachedPage | None]("candor-large-text", 1)
        self._encoding = lru_cache(REMEMBERED)(choose)
        # Whether X-Forwarded-Proto is a proxy's of ours, as Django takes it.
        self._told = bool(settings.SECURE_PROXY_SSL_HEADER)
        self._serves = lru_cache(REMEMBERED)(_serves)

    async def __rsgi__(self, scope: Scope, client: Client) -> None:
        """Answer one request; a page in memory from the event loop, where nothing waits."""
        key, query = scope.path, scope.query_string
        key = f"{key}?{query}" if query else key
        answer = self._memory.answers.get(key)
        if answer is None and plain_path(scope.path):
            with suppress(Busy):
                answer = await self._enlarging.run(partial(self._memory.large, key))
        method, headers = scope.method, scope.headers
        host = headers.get("host") or scope.authority or ""
        scheme = (self._told and headers.get("x-forwarded-proto")) or scope.scheme
        if answer is None or method not in SAFE or not self._serves(host, scheme):
            await self._gateway.answer(scope, client)
            return
        variant = answer.variants[self._encoding(headers.get("accept-encoding", ""))]
        tags, since = headers.get("if-none-match"), headers.get("if-modified-since")
        if tags is not None:
            unchanged = tags == variant.etag or variant.known(tags)
        else:
            unchanged = since is not None and answer.unmodified_since(since)
        if unchanged:
            client.response_empty(304, _aged(variant.unchanged, answer))
        elif method == "GET":
            client.response_bytes(200, _aged(variant.headers, answer), variant.body[0])
        else:
            client.response_empty(200, _aged(variant.headers, answer))

    def _by_django(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Return Django's answer; after publishing, only once the pages show the statement."""
        published_here()
        response = self._django(environ, start)
        number = 0 if environ["REQUEST_METHOD"] in SAFE else published_here()
        if number:
            self._memory.wait_for(number, settings.PAGES_WAIT_SECONDS)
        return response


def _aged(headers: Headers, answer: CachedPage) -> Headers:
    """Return the headers, with the age in seconds of a page that can no longer be confirmed."""
    if answer.as_of is None:
        return headers
    return [*headers, ("Age", str(max(0, int(time.time() - answer.as_of))))]


def _serves(host: str, scheme: str) -> bool:
    """Return whether Django would serve this host and scheme, without refusing or redirecting."""
    domain, _port = split_domain_port(host)
    secure = scheme == "https" or not settings.SECURE_SSL_REDIRECT
    return bool(domain) and secure and validate_host(domain, settings.ALLOWED_HOSTS)
