"""Serving: the page server, nginx with the same bytes, and `cache_page` on Redis."""

import os
import re
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from benchmarks.data import build
from benchmarks.provider import FOLDERS
from benchmarks.stage import PYTHON, Section, Stage, need, run_wrk, until
from statuspage.pages.rendering.services import RenderResult, render_due, take_over
from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots.files import Files
from statuspage.pages.snapshots.store import news

COMPONENTS: Final = 20
INCIDENTS: Final = 10
CONNECTIONS: Final = 64
# The machine is shared: each figure is the best of some short rounds.
SECONDS: Final = 1
ROUNDS: Final = 4
PORTS: Final = {"server": 8741, "cached": 8742, "static": 8743, "front": 8744}
ADDRESSES: Final = ("/", "/api/v2/summary.json")
GRANIAN: Final = (
    *(*PYTHON, "granian", "--no-ws", "--http", "1", "--host", "127.0.0.1", "--workers", "2"),
    *("--backpressure", "4096", "--http1-buffer-size", "65536"),
    *("--log-level", "error", "--interface"),
)
STATIC: Final = """
worker_processes 1; pid {folder}/static.pid; error_log {folder}/static.log; daemon off; {user}
events {{ worker_connections 1024; }}
http {{
    {folders}
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    types {{ "text/html; charset=utf-8" html; application/json json; }}
    server {{
        listen 127.0.0.1:{port}; root {folder}/pages/site; index index.html;
        gzip_static on; gzip_vary on;
        location / {{ {of_pages} }}
        location /api/ {{ {of_api} }}
    }}
}}
"""


class Figure(NamedTuple):
    """Requests a second, and the 99th percentile of the time to an answer in milliseconds."""

    per_second: float
    p99: float


def measure(stage: Stage) -> Section:
    """Each address whole and compressed, and then for readers who have it already."""
    need("wrk", "wrk")
    need("nginx", "nginx-light")
    section = Section(
        "Serving",
        f"The page with {COMPONENTS} components and {INCIDENTS} incidents, and the API's summary;"
        f" `wrk -c{CONNECTIONS}`, granian with 2 workers, nginx with 1, the same bytes. The best"
        f" of {ROUNDS} rounds each.",
        (
            "what",
            "page server, part of nginx",
            "p99",
            "times `cache_page`",
            "deploy/nginx.conf, part of nginx",
        ),
    )
    _render(stage)
    with _servers(stage):
        for address in ADDRESSES:
            section.rows += [_row(address), _row_unchanged(address)]
    return section


def _row(address: str) -> Sequence[str]:
    asked = {name: {"Accept-Encoding": "gzip"} for name in PORTS}
    found = _side_by_side(address, asked)
    times = found["server"].per_second / found["cached"].per_second
    return _told(f"`{address}`", found, f"{times:.0f}")


def _row_unchanged(address: str) -> Sequence[str]:
    """Each server is asked with its own tag."""
    asked = {
        name: {"Accept-Encoding": "gzip", "If-None-Match": _etag(name, address)}
        for name in ("static", "server", "front")
    }
    return _told(f"`{address}`, 304", _side_by_side(address, asked), "")


def _told(what: str, found: Mapping[str, Figure], times: str) -> Sequence[str]:
    static, ours, front = (found[name].per_second for name in ("static", "server", "front"))
    part = f"{ours / static:.0%} ({ours:,.0f} : {static:,.0f} /s)"
    return (what, part, f"{found['server'].p99:.1f} ms", times, f"{front / static:.0%}")


def _side_by_side(address: str, asked: Mapping[str, dict[str, str]]) -> dict[str, Figure]:
    """Return the best round of each server; they take turns, so that noise is shared."""
    rounds = [
        {name: _wrk(name, address, headers) for name, headers in asked.items()}
        for _ in range(ROUNDS)
    ]
    return {name: max(one[name] for one in rounds) for name in asked}


def _render(stage: Stage) -> None:
    build(COMPONENTS, INCIDENTS)
    take_over()
    while render_due() is RenderResult.MORE:
        pass
    memory = Memory()
    memory.take(news({}))
    Files(stage.folder / "pages").write(memory.number, memory.head, memory.pages)


@contextmanager
def _servers(stage: Stage) -> Iterator[None]:
    """All four, until the block ends; a server that is not asked costs nothing."""
    from tests.statuspage.pages.server.programs import configuration

    user = "user root;" if os.geteuid() == 0 else ""
    static, front = stage.folder / "static.conf", stage.folder / "front.conf"
    text = configuration(stage.folder, PORTS["front"], PORTS["server"])
    front.write_text(text)
    static.write_text(
        STATIC.format(
            folder=stage.folder,
            folders=FOLDERS.format(folder=stage.folder),
            port=PORTS["static"],
            user=user,
            of_pages=_headers(text, "~ /$"),
            of_api=_headers(text, "^~ /api/v2/"),
        )
    )
    commands = [
        [*GRANIAN, "rsgi", "--port", str(PORTS["server"]), "statuspage.rsgi:application"],
        [
            *GRANIAN,
            "wsgi",
            "--blocking-threads",
            "8",
            *("--port", str(PORTS["cached"])),
            "benchmarks.cached:application",
        ],
        ["nginx", "-c", str(static)],
        ["nginx", "-c", str(front), "-g", "daemon off;"],
    ]
    with stage.programs(*commands):
        until(lambda: all(_answers(name) for name in PORTS))
        until(_in_memory)
        yield


def _headers(configuration: str, location: str) -> str:
    """Return the directives of a location that add a header which is always the same."""
    block = configuration.split(f"location {location} {{", 1)[1].split("\n        }", 1)[0]
    return "\n".join(re.findall(r"^ *add_header \S+ [\"'].*$", block, re.MULTILINE))


def _in_memory() -> bool:
    return all(_ask("server", "/").headers["Vary"] == "Accept-Encoding" for _ in range(20))


def _answers(name: str) -> bool:
    try:
        return bool(_ask(name, "/").status == 200)
    except OSError:
        return False


def _etag(name: str, address: str) -> str:
    return str(_ask(name, address).headers["ETag"])


def _ask(name: str, address: str) -> object:
    url = f"http://127.0.0.1:{PORTS[name]}{address}"
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        response.read()
        return response


def _wrk(name: str, address: str, headers: dict[str, str]) -> Figure:
    named = [part for pair in headers.items() for part in ("-H", ": ".join(pair))]
    url = f"http://127.0.0.1:{PORTS[name]}{address}"
    return Figure(*run_wrk(url, CONNECTIONS, SECONDS, *named))
