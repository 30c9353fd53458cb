"""Many requests at once through libcurl, driving the coroutines that wait for them.

A coroutine awaits a `Transfer`; `drive` starts it, lets libcurl work, and sends the answer back in.
This needs no event loop, and saves its costs.
"""

import base64
import os
import time
from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar

import certifi
import pycurl
from django.conf import settings

from notifications.channels.http import MAX_ANSWER_BYTES, ProviderResponse
from notifications.channels.outcomes import NotAccepted, NotSent, Reason, Unknown

T = TypeVar("T")

# Four worker processes fill 256 connections; fewer each let one claim while the others send.
AT_ONCE: Final = 64
# The longest that `drive` keeps its caller waiting for a turn.
ROUND_SECONDS: Final = 0.1
# A provider may close what has been idle; older connections are not trusted with a message.
IDLE_SECONDS: Final = 10


@dataclass
class Transfer:
    """One request: a POST, or a GET where it has no body. Awaiting it gives the Answer.

    Raises:
        NotAccepted: there was none.
    """

    url: str
    body: bytes | None
    headers: tuple[str, ...]

    def __await__(self) -> Generator["Transfer", ProviderResponse, ProviderResponse]:
        return (yield self)


_free: Final[dict[tuple[int, float], list["Pool"]]] = {}


class _Line:
    """A libcurl handle with its callbacks, and the request that it is working on."""

    def __init__(self) -> None:
        self.handle = _handle()
        self._seconds = settings.DELIVERY_TIMEOUT_SECONDS
        self._headers: list[bytes] = []
        self._wanted = Transfer("", None, ())
        for option, callback in (
            (pycurl.PREREQFUNCTION, self._may_leave),
            (pycurl.READFUNCTION, self._read),
            (pycurl.WRITEFUNCTION, self._write),
            (pycurl.HEADERFUNCTION, self._headers.append),
        ):
            self.handle.setopt(option, callback)

    def take(self, wanted: Transfer) -> None:
        """Prepare a request; what is the same as in the last one is left as it is."""
        self._began = time.monotonic()
        self._body, self._answer = wanted.body or b"", bytearray()
        self._headers.clear()
        last, self._wanted = self._wanted, wanted
        self.handle.setopt(pycurl.HTTPGET if wanted.body is None else pycurl.POST, 1)
        self.handle.setopt(pycurl.POSTFIELDSIZE, len(self._body))
        if wanted.url != last.url:
            self.handle.setopt(pycurl.URL, wanted.url)
        if wanted.headers != last.headers:
            self.handle.setopt(pycurl.HTTPHEADER, wanted.headers)

    def response(self) -> ProviderResponse:
        """Return the answer that has come."""
        status = self.handle.getinfo(pycurl.RESPONSE_CODE)
        return ProviderResponse(status, _Headers(tuple(self._headers)), bytes(self._answer))

    def _may_leave(self, *_connection: object) -> int:
        """Abort a request that starts too late: after a pause, another process may have taken its
        messages over. libcurl's own clock starts too late to notice.
        """
        late = time.monotonic() - self._began > self._seconds
        return int(pycurl.PREREQFUNC_ABORT if late else pycurl.PREREQFUNC_OK)

    def _read(self, size: int) -> bytes:
        """Return the body, once: where a kept-alive connection dies, libcurl would send the request
        again by itself, and fails instead because it cannot rewind.
        """
        chunk, self._body = self._body[:size], self._body[size:]
        return chunk

    def _write(self, chunk: bytes) -> int | None:
        self._answer += chunk
        return None if len(self._answer) <= MAX_ANSWER_BYTES else 0


class _Headers(Mapping[str, str]):
    """Headers by their usual names, read from their lines when first asked for: few ever are."""

    def __init__(self, lines: tuple[bytes, ...]) -> None:
        self._lines = lines

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        pairs = (line.decode("latin-1").partition(":") for line in self._lines)
        return {name.strip().title(): value.strip() for name, colon, value in pairs if colon}

    def __getitem__(self, name: str) -> str:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


class Pool:
    """Connections of one process to one provider, kept alive from batch to batch."""

    def __init__(self, at_once: int) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, at_once)
        self._idle = [_Line() for _ in range(at_once)]
        self._busy: dict[pycurl.Curl, tuple[_Line, Coroutine[Any, Any, Any]]] = {}

    def drive(self, coroutines: Iterable[Coroutine[Any, Any, T]]) -> Generator[list[T], None, None]:
        """Run coroutines, as many at once as there are handles; yield results as they are known.

        A list, often an empty one, comes at least every ROUND_SECONDS. A caller that stops reading
        stops what is under way.
        """
        waiting = iter(coroutines)
        try:
            results = [*self._start(waiting)]
            while self._busy or results:
                # What has been started leaves now, not when the reader has dealt with results.
                self._multi.perform()
                yield results
                results = []
                for handle, failure in self._finished():
                    results += self._land(handle, failure)
                results += self._start(waiting)
                if self._busy and not results:
                    # Until something happens, or a timeout of libcurl is due.
                    due = self._multi.timeout()
                    self._multi.select(ROUND_SECONDS if due < 0 else min(due / 1000, ROUND_SECONDS))
        finally:
            for handle in [*self._busy]:
                self._take_back(handle)[1].close()

    def _start(self, waiting: Iterator[Coroutine[Any, Any, T]]) -> Iterator[T]:
        while self._idle and (coroutine := next(waiting, None)) is not None:
            yield from self._go_on(coroutine, None)

    def _go_on(
        self, coroutine: Coroutine[Any, Any, T], said: ProviderResponse | Exception | None
    ) -> Iterator[T]:
        """Let a coroutine run to its next transfer, or to its result."""
        try:
            wanted = coroutine.throw(said) if isinstance(said, Exception) else coroutine.send(said)
        except StopIteration as end:
            yield end.value
        else:
            self._take_off(wanted, coroutine)

    def _take_off(self, transfer: Transfer, coroutine: Coroutine[Any, Any, T]) -> None:
        line = self._idle.pop()
        line.take(transfer)
        self._busy[line.handle] = line, coroutine
        self._multi.add_handle(line.handle)

    def _finished(self) -> Iterator[tuple[pycurl.Curl, int]]:
        left = 1
        while left:
            left, landed, failed = self._multi.info_read()
            yield from ((handle, 0) for handle in landed)
            yield from ((handle, code) for handle, code, _ in failed)

    def _land(self, handle: pycurl.Curl, failure: int) -> Iterator[T]:
        failed = _meaning(handle, failure) if failure else None
        line, coroutine = self._take_back(handle)
        yield from self._go_on(coroutine, NotAccepted(failed) if failed else line.response())

    def _take_back(self, handle: pycurl.Curl) -> tuple[_Line, Coroutine[Any, Any, Any]]:
        self._multi.remove_handle(handle)
        line, coroutine = self._busy.pop(handle)
        self._idle.append(line)
        return line, coroutine


def _handle() -> pycurl.Curl:
    """Return a handle that follows no redirect, repeats no request, and uses no proxy."""
    handle = pycurl.Curl()
    milliseconds = int(settings.DELIVERY_TIMEOUT_SECONDS * 1000)
    for option, value in (
        (pycurl.NOSIGNAL, 1),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.PROXY, ""),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.CONNECTTIMEOUT_MS, milliseconds),
        (pycurl.TIMEOUT_MS, milliseconds),
        (pycurl.MAXAGE_CONN, IDLE_SECONDS),
        (pycurl.CAINFO, certifi.where()),
        (pycurl.TCP_NODELAY, 1),
    ):
        handle.setopt(option, value)
    return handle


def _meaning(handle: pycurl.Curl, failure: int) -> NotSent | Unknown:
    """Return NotSent if no byte of the request had left when libcurl failed, else Unknown."""
    code = f"curl {failure}"
    if not handle.getinfo(pycurl.REQUEST_SIZE):
        return NotSent(Reason.CONNECTION, code)
    slow = failure == pycurl.E_OPERATION_TIMEDOUT
    return Unknown(Reason.TIMEOUT if slow else Reason.CONNECTION, code)


@lru_cache(maxsize=64)
def header_lines(
    headers: tuple[tuple[str, str], ...], auth: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """Return the headers as libcurl takes them, without `Expect`, which would cost a round trip."""
    lines = [f"{name}: {value}" for name, value in headers]
    if auth:
        token = base64.b64encode(":".join(auth).encode()).decode()
        lines.append(f"Authorization: Basic {token}")
    return (*lines, "Expect:")


@contextmanager
def pool() -> Iterator[Pool]:
    """Yield a pool that nobody else uses at that time, with connections left by earlier users.

    A forked child never uses its parent's: two processes would write into one connection.
    """
    free = _free.setdefault((os.getpid(), settings.DELIVERY_TIMEOUT_SECONDS), [])
    try:
        lent = free.pop()
    except IndexError:  # not looked at beforehand: other threads borrow too
        lent = Pool(AT_ONCE)
    try:
        yield lent
    finally:
        free.append(lent)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end.

    Raises:
        Exception: whatever the coroutine raises.
    """
    with pool() as lent:
        (result,) = [one for landed in lent.drive([coroutine]) for one in landed]
        return result
