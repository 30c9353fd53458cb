"""The WSGI application around Django's: public pages come from memory, all else goes through."""

import time
from collections.abc import Iterable
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from statuspage.pages.outbox import published_here
from statuspage.pages.server.answers import Answer, Headers
from statuspage.pages.server.encodings import choose
from statuspage.pages.server.memory import Memory

# Headers are strangers' words: no more of them are remembered than that.
REMEMBERED: Final = 500
SAFE: Final = frozenset({"GET", "HEAD"})


class PageServer:
    """Answers GET and HEAD of public pages from `memory`; Django answers everything else."""

    def __init__(self, django: WSGIApplication, memory: Memory) -> None:
        self._django = django
        self._memory = memory
        self._codings: dict[str, str] = {}
        self._doors: set[tuple[str, str]] = set()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        key, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        key = f"{key}?{query}" if query else key
        answer = self._memory.answers.get(key) or self._memory.large(key)
        method = environ["REQUEST_METHOD"]
        if answer is None or method not in SAFE or not self._admits(environ):
            return self._behind(environ, start, method)
        asked = environ.get("HTTP_ACCEPT_ENCODING", "")
        coding = self._codings.get(asked) or self._learn_coding(asked)
        variant = answer.variants[coding]
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

    def _behind(
        self, environ: WSGIEnvironment, start: StartResponse, method: str
    ) -> Iterable[bytes]:
        """Django's answer; whoever has just published reads it when the page shows it."""
        published_here()
        response = self._django(environ, start)
        number = 0 if method in SAFE else published_here()
        if number:
            self._memory.wait_for(number, settings.PAGES_WAIT_SECONDS)
        return response

    def _admits(self, environ: WSGIEnvironment) -> bool:
        """Whether Django would answer this host in this scheme, and not refuse or redirect."""
        door = (environ.get("HTTP_HOST", ""), _scheme(environ))
        return door in self._doors or self._learn_door(door)

    def _learn_door(self, door: tuple[str, str]) -> bool:
        host, scheme = door
        domain, _port = split_domain_port(host)
        secure = scheme == "https" or not settings.SECURE_SSL_REDIRECT
        admitted = bool(domain) and secure and validate_host(domain, settings.ALLOWED_HOSTS)
        if admitted and len(self._doors) < REMEMBERED:
            self._doors.add(door)
        return admitted

    def _learn_coding(self, accepted: str) -> str:
        coding = choose(accepted)
        if len(self._codings) < REMEMBERED:
            self._codings[accepted] = coding
        return coding


def _aged(headers: Headers, answer: Answer) -> Headers:
    """The headers, with the age in seconds of what can no longer be confirmed."""
    if answer.as_of is None:
        return headers
    return [*headers, ("Age", str(max(0, int(time.time() - answer.as_of))))]


def _scheme(environ: dict[str, Any]) -> str:
    """As Django finds it by SECURE_PROXY_SSL_HEADER."""
    said: str = environ.get("HTTP_X_FORWARDED_PROTO") or environ["wsgi.url_scheme"]
    return said
