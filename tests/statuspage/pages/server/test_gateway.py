"""What passes between a client and Django: bodies, headers, long answers, and too many at once."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import resolve

from statuspage.console import sign_in_urls
from statuspage.lib.body_limits import ANSWER, ASKED
from statuspage.pages.server.app import PageServer
from statuspage.pages.server.bodies import WHOLE_BYTES
from statuspage.pages.server.gateway import (
    AT_ONCE,
    ELSEWHERE,
    HEALTH,
    IN_MEMORY_BYTES,
    TOLD,
    Gateway,
    environ_of,
)
from statuspage.pages.server.lanes import Busy, Lane
from statuspage.pages.server.memory import Memory
from tests.statuspage.pages.server.site import Request

PART = b"0123456789abcdef" * 4096


class Parts(Request):
    """A request whose body comes in parts, of which `length` bytes are announced."""

    def __init__(self, parts: list[bytes], length: int) -> None:
        super().__init__("/upload/", "POST", content_length=str(length))
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in [*self._parts, b""]:
            yield part


def echo(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answer with the length of the body, and whether it is what was sent."""
    if ASKED in environ:
        start("204 No Content", [(ANSWER, str(10 * WHOLE_BYTES))])
        return []
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start("200 OK", [])
    return [f"{len(body)} {body == PART * (len(body) // len(PART))}".encode()]


def answer(gateway: Gateway, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
    asyncio.run(gateway.answer(request, request))
    (answered,) = request.answered
    return answered


@pytest.mark.parametrize("count", [1, 2 + WHOLE_BYTES // len(PART)], ids=["short", "long"])
def test_a_body_arrives_whole(count: int) -> None:
    request = Parts([PART] * count, count * len(PART))
    assert answer(Gateway(echo), request)[2] == f"{count * len(PART)} True".encode()


def test_a_body_that_ends_early_reaches_nobody() -> None:
    status, headers, body = answer(Gateway(get_wsgi_application()), Parts([b"half"], 8))
    assert status == 400
    assert dict(headers)["Connection"] == "close"
    assert "400" in body.decode()


@pytest.mark.parametrize("count", [1, 3 + IN_MEMORY_BYTES // len(PART)], ids=["short", "long"])
def test_an_answer_in_pieces_arrives_whole(count: int) -> None:
    def export(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return StreamingHttpResponse(PART for _ in range(count))

    assert answer(Gateway(export), Request("/export/"))[2] == PART * count


def test_a_header_with_an_underscore_cannot_pass_for_the_proxys() -> None:
    request = Request("/")
    request.headers["x-forwarded-for"] = "192.0.2.1"
    request.headers["x_forwarded_for"] = "198.51.100.9"
    environ = environ_of(request, Any)  # type: ignore[arg-type]
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"


def test_a_path_beyond_ascii_reaches_django_as_it_was() -> None:
    assert environ_of(Request("/%E5%85%AC/"), Any)["PATH_INFO"].encode("latin-1").decode() == "/公/"  # type: ignore[arg-type]


def test_work_for_which_no_thread_is_free_is_not_begun() -> None:
    hanging, begun = threading.Event(), list[int]()

    async def ask() -> None:
        lane: Lane[object] = Lane("test", 1)
        first = asyncio.create_task(lane.run(hanging.wait))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await lane.run(lambda: begun.append(1))
        hanging.set()
        assert await first is True
        await lane.run(lambda: begun.append(2))

    asyncio.run(ask())
    assert begun == [2]


@pytest.mark.parametrize(
    ("path", "language", "kind", "words"),
    [
        ("/api/v1/components/", "en", "application/json", '"code": "unavailable"'),
        ("/api/v1/components/", "zh-hans", "application/json", "稍后再试"),
        ("/api/v2/incidents.json?lang=en&x=1", "", "application/json", '{"error": "'),
        ("/subscribe/", "", "text/html; charset=utf-8", 'lang="zh-hans"'),
        ("/en/subscribe/", "", "text/html; charset=utf-8", 'lang="en"'),
    ],
)
def test_whoever_finds_no_thread_is_told_in_their_own_format_and_language(
    monkeypatch: pytest.MonkeyPatch, path: str, language: str, kind: str, words: str
) -> None:
    hanging = threading.Event()
    django = get_wsgi_application()

    def stuck(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/hangs/":
            hanging.wait()
            start("200 OK", [])
            return HttpResponse()
        return django(environ, start)

    monkeypatch.setattr("statuspage.pages.server.gateway.THREADS", 1)
    server = PageServer(stuck, Memory())
    first, request = Request("/hangs/"), Request(path, accept_language=language)

    async def ask() -> None:
        waits = asyncio.create_task(server.__rsgi__(first, first))
        await asyncio.sleep(0.1)
        await server.__rsgi__(request, request)
        hanging.set()
        await waits

    asyncio.run(ask())
    ((status, headers, body),) = request.answered
    assert status == 503
    assert dict(headers)["Content-Type"] == kind
    assert int(dict(headers)["Retry-After"]) > 0
    text = body.decode()
    assert words in (json.dumps(json.loads(text), ensure_ascii=False) if "json" in kind else text)


def test_paths_with_threads_of_their_own_exist() -> None:
    for path in (*AT_ONCE, *HEALTH, *ELSEWHERE, *TOLD):
        assert resolve(path)


def test_every_page_that_asks_the_provider_of_single_sign_on_has_threads_of_its_own() -> None:
    asking = {
        f"/console/{one.pattern}" for one in sign_in_urls.urlpatterns if "sso" in str(one.pattern)
    }
    assert asking == {*ELSEWHERE, *TOLD}


@pytest.mark.parametrize("path", [*ELSEWHERE, *TOLD])
def test_a_provider_that_hangs_keeps_no_other_page_waiting(path: str) -> None:
    hanging = threading.Event()

    def stuck(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == path:
            hanging.wait()
        start("200 OK", [])
        return [b""]

    gateway = Gateway(stuck)
    waiting = [Request(path, "POST") for _ in range(20)]
    pages = [Request(one) for one in ("/subscribe/", "/console/login/")]
    # Those who sign in, and strangers who say that somebody signed out, wait each for their own.
    pages += [Request(one) for one in (TOLD if path in ELSEWHERE else ELSEWHERE)]

    async def ask() -> None:
        held = [asyncio.create_task(gateway.answer(one, one)) for one in waiting]
        await asyncio.sleep(0.1)
        await asyncio.wait_for(asyncio.gather(*(gateway.answer(one, one) for one in pages)), 5)
        hanging.set()
        await asyncio.gather(*held)

    asyncio.run(ask())
    assert [one.answered[0][0] for one in pages] == [200] * len(pages)
