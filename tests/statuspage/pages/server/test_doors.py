"""What strangers send to the doors: nginx as compose.yaml starts it, behind a TLS proxy."""

import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import pytest
from django.core.management import call_command
from django.db import connection

from statuspage.pages.rendering.services import take_over
from tests.product import eventually, free_ports
from tests.statuspage.pages.server import proxies
from tests.statuspage.pages.server.programs import Programs, Server

pytestmark = pytest.mark.django_db  # so that there is a database for the programs


@pytest.fixture(scope="module")
def programs(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Programs]:
    """Yield the product's programs on the database of the tests, in which nothing was said yet."""
    with django_db_blocker.unblock():
        take_over()
        place = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(place._replace(path=f"/{quote(connection.settings_dict['NAME'])}"))
        folder = tmp_path_factory.mktemp("doors")
        settings = {
            "DEBUG": "true",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "REDIS_URL": os.environ["REDIS_URL"],
        }
        one = Programs(folder, settings)
        yield one
        one.end()
        call_command("flush", verbosity=0, interactive=False)


STATIC = "/static/css/base.css"


@pytest.fixture(scope="module")
def behind_tls(programs: Programs) -> Iterator[tuple[int, Server, Server]]:
    """Yield the port of a TLS proxy, nginx as compose.yaml starts it, and web behind both."""
    port = free_ports()[1]
    web = programs.web(
        SITE_URL=f"https://127.0.0.1:{port}", TRUSTED_PROXIES="1", ARRIVAL_PER_IP_MINUTE="3"
    )
    text = proxies.composed(programs.folder, "127.0.0.1, 192.0.2.0/24")
    nginx = programs.nginx(
        web.port, text.replace("client_body_timeout 10s", "client_body_timeout 1s")
    )
    tls = proxies.tls_in_front(programs, nginx.port, port)
    current = programs.folder / "pages" / "current" / "en" / "index.html"
    assert eventually(current.exists, bool), programs.log()
    yield port, nginx, web
    for one in (tls, nginx, web):
        one.kill()


SECURE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_behind_tls_nothing_goes_round_in_circles_and_everything_is_secure(behind_tls) -> None:
    port, _nginx, _web = behind_tls
    asked = [
        *((path, "GET", {}, 200) for path in ("/", "/en/", "/history/", STATIC, "/console/login/")),
        *((path, "GET", {}, 200) for path in ("/badge.svg", "/api/v2/summary.json", "/feed.json")),
        *((path, "HEAD", {}, 200) for path in ("/", "/widget.js", "/elder/", "/subscribe/")),
        ("/nothing/", "GET", {}, 404),
        ("/static/nothing.css", "GET", {}, 404),
        ("/api/v1/components/", "GET", {}, 401),
        ("/console/", "GET", {}, 302),
        ("/", "GET", {"Range": "bytes=9999999-"}, 200),
        ("/", "GET", {"If_Match": '"another"'}, 412),
        ("/subscribe/", "POST", {"Content_Length": "65537"}, 413),
        ("/console/login/", "POST", {"Content_Length": "1048577"}, 413),
        ("/console/login/", "POST", {"Content_Length": "65537"}, 413),
        ("/", "GET", {"If_None_Match": "*"}, 304),
        (STATIC, "GET", {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
    ]
    for path, method, headers, status in asked:
        reply = proxies.ask(port, path, method, tls=True, **headers)
        assert reply.status == status, (path, method, reply.status)
        for name, value in SECURE.items():
            assert reply.headers.get_all(name) == [value], (path, status, name)
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"], path
        assert reply.headers["Permissions-Policy"], path


def test_a_stranger_is_not_believed_who_says_that_there_was_tls(behind_tls) -> None:
    port, nginx, _web = behind_tls
    for said in ("https", "https, http", "HTTPS"):
        reply = proxies.ask(
            nginx.port, "/console/login/", me="127.0.0.9", X_Forwarded_Proto=said,
            X_Forwarded_For="127.0.0.1", Host=f"127.0.0.1:{port}",
        )  # fmt: skip
        assert (reply.status, reply.headers["Location"]) == (
            301,
            f"https://127.0.0.1:{port}/console/login/",
        )
    assert "Strict-Transport-Security" not in proxies.ask(nginx.port, "/", me="127.0.0.9").headers


def test_each_client_behind_two_proxies_has_a_limit_of_its_own(behind_tls) -> None:
    port, nginx, _web = behind_tls

    def arrival(me: str, said: str) -> int:
        path = "/en/arrival/?category=micro"
        return proxies.ask(port, path, tls=True, me=me, X_Forwarded_For=said).status

    # Whatever a client says of itself, its limit is that of its own address.
    assert [arrival("127.0.0.5", f"198.51.100.{one}") for one in range(4)][-1] == 429
    assert arrival("127.0.0.5", "127.0.0.1") == 429
    assert arrival("127.0.0.6", "127.0.0.5") == 200
    # Nor does it help to leave the TLS proxy out.
    direct = [
        proxies.ask(nginx.port, "/en/arrival/?category=micro", me="127.0.0.7",
                    X_Forwarded_For=f"198.51.100.{one}").status
        for one in range(2)
    ]  # fmt: skip
    assert direct == [301, 301]


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example", "203.0.113.9"])
def test_another_host_is_misdirected(behind_tls, host: str) -> None:
    port, nginx, _web = behind_tls
    for reply in (
        proxies.ask(nginx.port, "/", Host=host),
        proxies.ask(port, "/", tls=True, Host=host),
    ):
        assert reply.status in {400, 421}
        assert host not in reply.body.decode() or not host
        assert "Location" not in reply.headers


def test_ten_slow_posts_keep_nobody_waiting_and_are_ended(behind_tls) -> None:
    _port, nginx, web = behind_tls
    over_tls = {"X_Forwarded_Proto": "https"}
    slow = [proxies.Slow(web.port, "/subscribe/", 1000 * one + 10, **over_tls) for one in range(8)]
    slow += [proxies.Slow(web.port, "/subscribe/", None, b"1\r\na\r\n", **over_tls)] * 1
    slow += [proxies.Slow(web.port, "/console/login/", 10_000, b"a" * 9_000, **over_tls)]
    began = time.monotonic()
    for path in ("/", "/console/login/", "/subscribe/", "/healthz"):
        assert proxies.ask(web.port, path, **over_tls).status == 200
    assert time.monotonic() - began < 5
    behind = [proxies.Slow(nginx.port, path, 1000) for path in ("/subscribe/", "/hooks/wechat/")]
    for one in behind:
        assert not one.answer()  # nginx's own time-out: it closes the connection
    for one in slow:
        assert b" 408 " in one.answer().partition(b"\r\n")[0]
    assert time.monotonic() - began < 25


def written(processes: list[psutil.Process]) -> int:
    """Return how many bytes they have written to files, whether or not the disk has them yet."""
    return sum(one.io_counters().write_chars for one in processes)


def test_a_long_body_of_a_stranger_is_neither_read_nor_written(behind_tls) -> None:
    _port, nginx, web = behind_tls
    long, some = 200 << 20, b"a" * 60_000
    kind = {"Content_Type": "multipart/form-data; boundary=x", "X_Forwarded_Proto": "https"}
    processes = [
        one
        for server in (web, nginx)
        for one in psutil.Process(server.process.pid).children(recursive=True)
    ]
    before = written(processes)
    for path in ("/console/subscribers/import/", "/console/transactions/upload/", "/subscribe/"):
        for server in (web, nginx):
            answer = proxies.Slow(server.port, path, long, some, **kind).answer()
            status = answer.partition(b"\r\n")[0]
            assert b" 413 " in status, (path, status)
    piece = b"fa00\r\n" + b"a" * 64_000 + b"\r\n"
    for server in (web, nginx):
        for path in ("/subscribe/", "/console/subscribers/import/"):
            answer = proxies.Slow(server.port, path, None, piece * 3, **kind).answer()
            assert answer.split(b" ", 2)[1] == b"413", path
    assert written(processes) - before < 1 << 20


def test_who_goes_on_sending_hears_the_refusal(behind_tls) -> None:
    """A connection that is reset over what was not read loses the answer on its way to a proxy."""
    _port, _nginx, web = behind_tls
    over_tls = {"X_Forwarded_Proto": "https"}
    one = proxies.Slow(web.port, "/console/transactions/upload/", 200 << 20, b"a", **over_tls)
    with one.socket:
        assert one.sends(10) == 10
        assert b" 413 " in one.socket.recv(4096).partition(b"\r\n")[0]
        assert one.sends(200) < 200  # not for ever
