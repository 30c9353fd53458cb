"""Pages on disk: for nginx, and for a process that starts while its engines are away."""

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest

from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots.files import Files
from statuspage.pages.snapshots.pages import Page, compressed
from tests.statuspage.pages.server.site import Site

NOW = datetime(2025, 2, 21, 6, 30, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8", "Content-Language": "zh-hans"}
JSON = {"Content-Type": "application/json", "Content-Language": "zh-hans"}


def page(key: str = "/", body: str = "<p>ok</p>", headers: dict[str, str] | None = None) -> Page:
    return compressed(key, headers or HTML, body.encode(), NOW)


def by_key(*pages: Page) -> dict[str, Page]:
    return {one.key: one for one in pages}


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("/", "index.html"),
        ("/en/", "en/index.html"),
        ("/incidents/abc/", "incidents/abc/index.html"),
        ("/history/?month=2025-02", "_q/month=2025-02/history/index.html"),
        ("/feed.json", "feed.json"),
        ("/api/v2/summary.json?lang=en", "_q/lang=en/api/v2/summary.json"),
    ],
)
def test_an_address_has_a_file_in_three_forms(tmp_path: Path, key: str, file: str) -> None:
    Files(tmp_path).write(1, 1, by_key(page(key)))
    path = tmp_path / "current" / file
    assert path.read_bytes() == b"<p>ok</p>"
    assert gzip.decompress((path.parent / f"{path.name}.gz").read_bytes()) == b"<p>ok</p>"
    assert brotli.decompress((path.parent / f"{path.name}.br").read_bytes()) == b"<p>ok</p>"


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    pages = by_key(page("/"), page("/en/", "<p>fine</p>"), page("/a.json", "{}", JSON))
    Files(tmp_path).write(7, 12, pages)
    kept = Files(tmp_path).read()
    assert kept
    assert (kept.number, kept.head, by_key(*kept.pages)) == (7, 12, pages)


def test_nothing_is_read_where_nothing_was_written(tmp_path: Path) -> None:
    assert Files(tmp_path).read() is None


@pytest.mark.parametrize("damage", ["", "{", "[1", "\x00"])
def test_a_damaged_manifest_is_as_none(tmp_path: Path, damage: str) -> None:
    Files(tmp_path).write(1, 1, by_key(page()))
    (tmp_path / "manifest.json").write_text(damage)
    assert Files(tmp_path).read() is None


def test_after_a_crash_between_page_and_manifest_the_page_is_whole(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.write(1, 1, by_key(page("/", "<p>old</p>")))
    old = (tmp_path / "manifest.json").read_bytes()
    files.write(2, 2, by_key(page("/", "<p>new</p>")))
    (tmp_path / "manifest.json").write_bytes(old)
    kept = Files(tmp_path).read()
    assert kept
    assert kept.pages == [page("/", "<p>new</p>")]


def test_an_older_edition_never_replaces_a_newer(tmp_path: Path) -> None:
    Files(tmp_path).write(2, 2, by_key(page("/", "<p>new</p>")))
    Files(tmp_path).write(1, 1, by_key(page("/", "<p>old</p>")))
    assert (tmp_path / "current" / "index.html").read_text() == "<p>new</p>"


def test_versions_of_one_second_and_size_differ_for_nginx(tmp_path: Path) -> None:
    files, path = Files(tmp_path), tmp_path / "site" / "index.html"
    times = []
    for number, body in enumerate(("<p>a</p>", "<p>b</p>", "<p>c</p>")):
        files.write(number, number, by_key(page("/", body)))
        times.append(int(path.stat().st_mtime))
    assert len(set(times)) == 3


def test_a_page_that_is_gone_leaves_no_file(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.write(1, 1, by_key(page("/"), page("/en/")))
    files.write(2, 2, by_key(page("/")))
    assert list((tmp_path / "site" / "en").iterdir()) == []


def test_aged_pages_stand_in_until_the_database_confirms(tmp_path: Path) -> None:
    files, shown = Files(tmp_path), tmp_path / "current" / "index.html"
    files.write(1, 1, by_key(page("/", "<p>ok</p>")))
    files.age([page("/", "<p>ok, as of noon</p>")])
    assert shown.read_text() == "<p>ok, as of noon</p>"
    kept = files.read()
    assert kept
    assert kept.pages == [page("/", "<p>ok</p>")], "the notice is never taken for the page"
    files.confirm()
    assert shown.read_text() == "<p>ok</p>"
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        *("current", "lock", "manifest.json", "site")
    ]


def test_a_confirmation_is_remembered_over_a_restart(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.write(1, 1, by_key(page()))
    os.utime(tmp_path / "manifest.json", (0, 0))
    files.confirm()
    kept = files.read()
    assert kept
    assert datetime.now(UTC) - kept.confirmed_at < timedelta(hours=1)


def test_memory_that_cannot_be_confirmed_says_since_when(tmp_path: Path) -> None:
    html = '<body><main id="content" tabindex="-1"><h1>ok</h1></main></body>'
    pages = by_key(page("/", html), page("/api.json", json.dumps({"ok": 1}), JSON))
    Files(tmp_path).write(1, 1, pages)
    os.utime(tmp_path / "manifest.json", (NOW.timestamp() - 600, NOW.timestamp() - 600))
    kept = Files(tmp_path).read()
    assert kept
    site = Site()
    site.memory = memory = Memory()
    site.server._memory = memory
    memory.restore(kept)
    fresh = site.get("/")
    assert fresh.text == html
    memory.age()
    aged, machine = site.get("/"), site.get("/api.json")
    assert '<main id="content" tabindex="-1"><div class="container"><p class="stale"' in aged.text
    assert 'datetime="2025-02-21T06:20:00' in aged.text
    assert aged.text.count("stale") == 1
    assert aged.headers["etag"] != fresh.headers["etag"]
    assert aged.headers["age"] == "600"
    assert machine.text == '{"ok": 1}'
    assert machine.headers["warning"].startswith("110 ")
    assert site.get("/", accept_encoding="br").text == aged.text
    memory.confirm()
    assert site.get("/").text == html
    assert "age" not in site.get("/").headers
