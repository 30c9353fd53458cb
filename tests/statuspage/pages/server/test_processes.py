"""Real processes: what a statement shows where, and what is left when everything else has died."""

import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.crash.engines import Engines
from tests.product import engines_folder, eventually, free_ports
from tests.statuspage.pages.server.programs import Programs, Server

READ = ["/", "/en/", "/history/", "/uptime/", "/notices/", "/arrival/", "/ledger/", "/log/"]
MACHINES = [
    *("/history.rss", "/history.atom", "/feed.json", "/calendar.ics", "/badge.svg"),
    *("/api/v2/summary.json", "/api/v2/summary.json?lang=en", "/api/v2/components.json"),
    *("/api/v2/incidents.json", "/robots.txt", "/sitemap.xml", "/widget.js"),
    "/.well-known/security.txt",
]
OF_A_TRANSPORT = {"date", "server", "connection", "content-length", "transfer-encoding"}
OF_A_VERSION = {"etag", "last-modified", "accept-ranges", "vary"}
NOTICE = 'class="stale"'


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """Engines of this file's own, which it may stop."""
    with engines_folder() as folder:
        one = Engines(folder, free_ports()[1])
        one.start()
        yield one
        one.stop()


@pytest.fixture(scope="module")
def programs(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Yield the product's programs on a machine of their own, with the demonstration's data."""
    folder = tmp_path_factory.mktemp("machine")
    settings = {
        "DEBUG": "true",
        "DATA_DIR": str(folder),
        "DATABASE_URL": engines.database_url,
        "DATABASE_OWNER_URL": engines.owner_url,
        "REDIS_URL": engines.redis_url,
        "SITE_URL": "http://127.0.0.1:8000",
    }
    one = Programs(folder, settings)
    one.run("manage.py", "migrate", "--verbosity", "0")
    one.run("-m", "sandbox.demo")
    yield one
    one.end()


def say(server: Server, folder: Path, name: str) -> dict[str, Any]:
    """Open an incident over the management API."""
    token = json.loads((folder / "demo_staff.json").read_text(encoding="utf-8"))["api_token"]
    incident = {
        "name": {"zh-hans": name, "en": name},
        "impact": "minor",
        "status": "investigating",
        "body": {"zh-hans": "正在排查。", "en": "We are looking into it."},
        "components": {},
    }
    reply = server.get(
        "/api/v1/incidents/",
        "POST",
        json.dumps(incident).encode(),
        Content_Type="application/json",
        Authorization=f"Bearer {token}",
        Idempotency_Key=name,
    )
    assert reply.status == 201, reply.text
    return json.loads(reply.text)


def shows(server: Server, name: str) -> bool:
    """Whether page and API both name an incident."""
    return all(
        name in server.get(path).text for path in ("/en/", "/api/v2/summary.json", "/history.atom")
    )


def from_memory(server: Server) -> bool:
    """Whether the page server answers already, and not Django for it."""
    return server.get("/").headers["Vary"] == "Accept-Encoding"


def test_from_a_statement_to_the_death_of_everything_but_nginx(
    engines: Engines, programs: Programs
) -> None:
    first, second = programs.web(), programs.web()
    nginx = programs.nginx(first.port)
    for web in (first, second):
        assert eventually(lambda web=web: from_memory(web), bool), programs.log()

    incident = say(first, programs.folder, "Payouts late")
    assert eventually(lambda: shows(first, "Payouts late"), bool)
    assert eventually(lambda: shows(second, "Payouts late"), bool)
    assert eventually(lambda: shows(nginx, "Payouts late"), bool)
    page = f"/incidents/{incident['id']}/"
    same_everywhere(first, nginx, [*READ, *MACHINES, page])

    engines.kill_postgres()
    engines.kill_redis()
    assert eventually(lambda: NOTICE in first.get("/").text, bool), programs.log()
    everything_is_there(first, page)
    assert eventually(lambda: NOTICE in nginx.get(page).text, bool)

    first.kill()
    second.kill()
    third = programs.web()
    assert eventually(lambda: NOTICE in third.get("/").text, bool), programs.log()
    everything_is_there(third, page)
    large = third.get(f"/elder{page}").text
    assert 'class="elder"' in large
    assert NOTICE in large
    refused = third.get("/arrival/?category=micro")
    assert refused.status == 503
    assert refused.headers["Retry-After"]

    third.kill()
    nginx_is_enough_to_read(nginx, page)

    engines.start_postgres()
    engines.start_redis()
    fourth = programs.web()
    assert eventually(lambda: NOTICE not in fourth.get(page).text, bool)
    assert eventually(lambda: NOTICE not in nginx.get(page).text, bool)
    say(fourth, programs.folder, "Late once more")
    assert eventually(lambda: shows(fourth, "Late once more"), bool)
    assert eventually(lambda: shows(nginx, "Late once more"), bool)
    fourth.kill()


def everything_is_there(server: Server, page: str) -> None:
    for path in [*READ, page]:
        reply = server.get(path)
        assert reply.status == 200, path
        assert reply.text.count(NOTICE) == 1, path
    for path in MACHINES:
        reply = server.get(path)
        assert reply.status == 200, path
        assert reply.headers["Warning"] == '110 - "Response is Stale"'
        assert int(reply.headers["Age"]) >= 0
        assert NOTICE not in reply.text


def nginx_is_enough_to_read(nginx: Server, page: str) -> None:
    for path in [*READ, *MACHINES, page]:
        assert nginx.get(path).status == 200, path
    # Nobody is there to enlarge it: the page itself is better than none.
    assert nginx.get(f"/elder{page}").body == nginx.get(page).body
    for path in ("/subscribe/", "/elder/subscribe/", "/api/v2/nothing.json"):
        away = nginx.get(path)
        assert away.status == 503, path
        assert away.headers["Retry-After"], path
        assert "稍后再试" in away.text, path


def same_everywhere(web: Server, nginx: Server, paths: list[str]) -> None:
    """nginx says what the page server says, byte by byte and header by header."""

    def differences() -> list[str]:
        found = []
        for path in paths:
            ours, theirs = web.get(path), nginx.get(path)
            mine, yours = (
                {
                    name.lower(): value
                    for name, value in one.headers.items()
                    if name.lower() not in OF_A_TRANSPORT | OF_A_VERSION
                }
                for one in (ours, theirs)
            )
            if (ours.body, mine) != (theirs.body, yours):
                found.append(f"{path}: {set(mine.items()) ^ set(yours.items())}")
        return found

    # The minute may end, and the page change, between the two.
    assert eventually(differences, lambda found: not found) == []


def test_nginx_compresses_revalidates_and_lets_questions_through(programs: Programs) -> None:
    web = programs.web()
    nginx = programs.nginx(web.port)
    assert eventually(lambda: from_memory(web), bool)

    packed = nginx.get("/", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.body) < len(nginx.get("/").body) / 2

    def revalidated() -> int:
        etag = nginx.get("/", Accept_Encoding="gzip").headers["ETag"]
        return nginx.get("/", Accept_Encoding="gzip", If_None_Match=etag).status

    # The minute may end, and the page change, between the two.
    assert eventually(revalidated, lambda status: status == 304) == 304
    assert nginx.get("/", "HEAD").body == b""

    assert nginx.get("/arrival/?category=micro").status == 200  # by Django
    assert nginx.get("/", "POST", b"x").status in {403, 405}
    assert nginx.get("/", "PUT", b"x").status in {403, 405}
    assert say(nginx, programs.folder, "Said through nginx")["name"]["en"] == "Said through nginx"
    assert nginx.get("/nothing/").status == 404
    for query in ("?lang=xx", "?lang=en&x=1", "?month=2024-13", "?../../etc/passwd"):
        assert nginx.get(f"/history/{query}").status < 500
    assert nginx.get("/_q/lang=en/api/v2/summary.json").status == 404
    assert nginx.get("/manifest.json").status == 404
    for path in (
        "/api/v2/summary.json?lang=xx",
        "/api/v2/summary.json?x=1",
        "/api/v2/",
        "/api/v2/x",
    ):
        assert nginx.get(path).status == web.get(path).status, path
    assert nginx.get("/api/v2/summary.json?lang=en").headers["Content-Language"] == "en"
    asked = nginx.get("/api/v2/summary.json", "OPTIONS", Origin="https://shop.example")
    assert asked.status < 300
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    web.kill()
    nginx.kill()


def limit_files(server: Server, size: int) -> None:
    """Let the program write no file beyond a size, as on a full disk."""
    parent = psutil.Process(server.process.pid)
    for process in (parent, *parent.children(recursive=True)):
        _soft, hard = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk_keeps_nothing_from_readers(programs: Programs) -> None:
    web = programs.web()
    nginx = programs.nginx(web.port)
    current = programs.folder / "pages" / "current"
    home = current / "en" / "index.html"
    assert eventually(lambda: from_memory(web), bool)
    assert eventually(current.is_symlink, bool)

    limit_files(web, 100)
    say(web, programs.folder, "On a full disk")
    assert eventually(lambda: shows(nginx, "On a full disk"), bool), programs.log()
    assert not current.is_symlink()

    limit_files(web, resource.RLIM_INFINITY)
    assert eventually(current.is_symlink, bool), programs.log()
    assert "On a full disk" in home.read_text(encoding="utf-8")
    assert "the files of the pages are written again" in programs.log()
    web.kill()
    assert shows(nginx, "On a full disk")
    nginx.kill()


def test_a_file_cut_short_is_mended_by_the_next_statement_and_at_the_start(
    programs: Programs,
) -> None:
    web = programs.web()
    assert eventually(lambda: from_memory(web), bool)
    file = programs.folder / "pages" / "site" / "widget.js"
    assert eventually(file.exists, bool)
    content = file.read_bytes()
    os.truncate(file, 0)
    say(web, programs.folder, "After a power cut")
    assert eventually(lambda: file.read_bytes() == content, bool), programs.log()
    web.kill()
    file.write_bytes(content[:-1] + b"?")  # of the right length
    web = programs.web()
    assert eventually(lambda: file.read_bytes() == content, bool), programs.log()
    web.kill()


def test_a_renderer_that_is_killed_leaves_every_file_whole(programs: Programs) -> None:
    web = programs.web()
    assert eventually(lambda: from_memory(web), bool)
    site = programs.folder / "pages" / "site"
    for round_ in range(2):
        name = f"Killed in round {round_}"
        say(web, programs.folder, name)
        time.sleep(0.05 * round_)  # each time at another point of writing the files
        web.kill()
        for path in site.rglob("*.html"):
            assert path.read_text(encoding="utf-8").endswith("</html>\n"), path
        for path in site.rglob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))
        web = programs.web()
        assert eventually(lambda web=web, name=name: shows(web, name), bool)
    web.kill()
