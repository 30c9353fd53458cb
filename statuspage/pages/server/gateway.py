"""Django behind the event loop: a request takes a thread when all of it has arrived."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple
from wsgiref.types import WSGIApplication, WSGIEnvironment

from statuspage.lib.body_limits import ANONYMOUS_BYTES, ANSWER, ASKED, DROPPED, LENGTH, REST
from statuspage.pages.http import TRY_AGAIN_SECONDS
from statuspage.pages.server.bodies import UPLOADS, WHOLE_BYTES, Bodies, Body, Refused, Upload
from statuspage.pages.server.busy import BUSY, REFUSED
from statuspage.pages.server.interface import Client, Scope
from statuspage.pages.server.lanes import Busy, Lane

# As many requests at once wait for engines in this process.
THREADS: Final = 8
# Threads of their own for what tells whether the others are well.
HEALTH: Final = ("/readyz", "/metrics")
AT_ONCE: Final = ("/healthz",)
# And for what waits for a server of somebody else's.
ELSEWHERE: Final = (
    "/console/login/sso/",
    "/console/login/sso/again/",
    "/console/login/sso/back/",
)
# The same, but for strangers as well, who shall not keep those from signing in.
TOLD: Final = ("/console/login/sso/logout/",)
# With an answer that Django did not make; over plain HTTP browsers ignore the last one.
BARE: Final[list[tuple[str, str]]] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "same-origin"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
]
# With an answer before the end of the body.
CLOSED: Final = ("Connection", "close")
# What has no body unless it says how long it is.
BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# A longer answer that is made piece by piece, such as an export, is not kept in memory.
IN_MEMORY_BYTES: Final = 1 << 20
# In this time the server has opened the file of such an answer.
OPENED_WITHIN_SECONDS: Final = 30.0
# Headers that WSGI knows under a name of their own.
OWN_NAMES: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
SAME_FOR_ALL: Final = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}

logger = logging.getLogger(__name__)


class Reply(NamedTuple):
    """What Django answered; a long answer is an open file."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | IO[bytes]


class Gateway:
    """Lets the WSGI application answer in threads, while no slow client holds one."""

    def __init__(self, django: WSGIApplication) -> None:
        self._django = django
        self._bodies = Bodies()
        self._uploads = 0
        self._lane = Lane[Reply]("candor-django", THREADS)
        self._at_once = Lane[Reply]("candor-at-once", 2)
        self._lanes: Mapping[str, Lane[Reply]] = {
            **dict.fromkeys(AT_ONCE, self._at_once),
            **dict.fromkeys(HEALTH, Lane[Reply]("candor-health", 2)),
            **dict.fromkeys(ELSEWHERE, Lane[Reply]("candor-elsewhere", 2)),
            **dict.fromkeys(TOLD, Lane[Reply]("candor-told", 1)),
        }

    async def answer(self, scope: Scope, client: Client) -> None:
        """Answer one request."""
        body = Body(client)
        try:
            reply = await self._reply(scope, body)
        except Busy:
            client.response_empty(503, [*BARE, ("Retry-After", str(TRY_AGAIN_SECONDS))])
        except Exception:  # Django itself lets none out
            logger.exception("no answer to %s %s", scope.method, scope.path)
            client.response_empty(500, BARE)
        else:
            _send(reply, client)
            if CLOSED in reply.headers:
                await body.drop()

    async def _reply(self, scope: Scope, body: Body) -> Reply:
        try:
            length = _length(scope)
            if length == 0:
                return await self._by_django(scope, io.BytesIO())
            most, drops = await self._allowance(scope, length)
            if drops:
                first, whole = await self._bodies.first(body, length, most)
                reply = await self._by_django(scope, io.BytesIO(first), len(first), whole)
                return _closing(reply) if whole > len(first) else reply
            if length is not None and length > WHOLE_BYTES:
                return await self._upload(scope, body)
            whole_body = await self._bodies.whole(body, length, min(most, WHOLE_BYTES))
            return await self._by_django(scope, io.BytesIO(whole_body), len(whole_body))
        except Refused as refused:
            return _closing(await self._refuse(scope, refused.status))

    async def _allowance(self, scope: Scope, length: int | None) -> tuple[int, bool]:
        """Return how long the body may be, and whether the rest of a longer one is dropped.

        A short one needs no question.

        Raises:
            Refused: it is longer.
        """
        if length is not None and length <= ANONYMOUS_BYTES:
            return ANONYMOUS_BYTES, False
        question = {ASKED: True, "REQUEST_METHOD": "GET", "CONTENT_LENGTH": ""}
        environ = environ_of(scope, io.BytesIO()) | question
        try:
            reply = await self._lane.run(partial(_ask, self._django, environ))
        except Busy:
            raise Refused(BUSY) from None
        answer = dict(reply.headers)
        most, drops = int(answer.get(ANSWER, ANONYMOUS_BYTES)), answer.get(REST) == DROPPED
        if length is not None and length > most and not drops:
            raise Refused(413)
        return most, drops

    async def _upload(self, scope: Scope, body: Body) -> Reply:
        if self._uploads >= UPLOADS:
            raise Refused(BUSY)
        self._uploads += 1
        try:
            upload = Upload(body, asyncio.get_running_loop())
            return await self._by_django(scope, io.BufferedReader(upload))
        finally:
            self._uploads -= 1

    async def _by_django(
        self, scope: Scope, body: IO[bytes], length: int | None = None, whole: int | None = None
    ) -> Reply:
        """Have Django answer; `length` bytes have arrived, of `whole` if the rest was dropped."""
        lane = self._lanes.get(scope.path, self._lane)
        environ = environ_of(scope, body)
        if length is not None:
            environ["CONTENT_LENGTH"] = str(length)
        if whole is not None:
            environ[LENGTH] = whole
        try:
            return await lane.run(partial(_ask, self._django, environ))
        except Busy:
            return await self._refuse(scope, BUSY)

    async def _refuse(self, scope: Scope, status: int) -> Reply:
        """Have Django say why not: as a page or in the API's format, without the body."""
        environ = environ_of(scope, io.BytesIO()) | {REFUSED: status, "CONTENT_LENGTH": ""}
        return await self._at_once.run(partial(_ask, self._django, environ))


def environ_of(scope: Scope, body: IO[bytes]) -> WSGIEnvironment:
    """Return a request as WSGI describes it (PEP 3333)."""
    server, _, port = scope.server.rpartition(":")
    headers = scope.headers
    environ = {
        **SAME_FOR_ALL,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "HTTP_HOST": scope.authority or "",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
    }
    for name in headers.keys():  # noqa: SIM118 - it is no mapping
        if "_" in name:  # it would pass for the header with hyphens, which a proxy has set
            continue
        values = headers.get_all(name)
        written = OWN_NAMES.get(name) or f"HTTP_{name.replace('-', '_').upper()}"
        environ[written] = (";" if name == "cookie" else ",").join(values)
    return environ


def _length(scope: Scope) -> int | None:
    """Return the body's length in bytes; None where it comes in pieces, so that nobody knows.

    Raises:
        Refused: the length is no number.
    """
    if scope.headers.get("transfer-encoding"):
        return None
    text = scope.headers.get("content-length")
    if text is None:
        return 0 if scope.method in BODILESS or scope.http_version.startswith("1") else None
    if not (text.isascii() and text.isdecimal()):
        raise Refused(400)
    return int(text)


def _closing(reply: Reply) -> Reply:
    """Have the connection closed: what is left of the body must not pass for a request."""
    return reply._replace(headers=[*reply.headers, CLOSED])


def _ask(django: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """Have Django answer, in this thread to the end: its database connection belongs to it."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        said[:] = [(status, headers)]

    response = django(environ, start)
    try:
        body = _collected(response)
    finally:
        if close := getattr(response, "close", None):
            close()
    status, headers = said[0]
    return Reply(int(status.split(" ", 1)[0]), headers, body)


def _collected(response: Iterable[bytes]) -> bytes | IO[bytes]:
    if not getattr(response, "streaming", False):
        return b"".join(response)
    spool = SpooledTemporaryFile[bytes](IN_MEMORY_BYTES)
    for part in response:
        spool.write(part)
    length = spool.tell()
    spool.seek(0)
    if length > IN_MEMORY_BYTES:
        return spool
    with spool:
        return spool.read()


def _send(reply: Reply, client: Client) -> None:
    if isinstance(reply.body, bytes):
        client.response_bytes(reply.status, reply.headers, reply.body)
        return
    # The file has no name any more; granian opens it by its number and sends it as fast as the
    # reader takes it, without a thread of ours.
    client.response_file(reply.status, reply.headers, f"/dev/fd/{reply.body.fileno()}")
    asyncio.get_running_loop().call_later(OPENED_WITHIN_SECONDS, reply.body.close)
