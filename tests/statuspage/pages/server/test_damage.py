"""Files of pages after power cuts, on disks that lose bytes, and on full ones."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from statuspage.pages.snapshots import disk
from statuspage.pages.snapshots.files import Files
from statuspage.pages.snapshots.pages import Page
from tests.product import ROOT
from tests.statuspage.pages.server.test_files import by_key, page

LIMIT_BYTES = 100_000
DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: os.truncate(path, 0),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "missing": lambda path: path.unlink(),
    "changed": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff"),
}
BYTES_CHANGE = "changed"
FILES = ("index.html", "index.html.gz", "index.html.br")
PAGES = by_key(page("/"), page("/en/", "<p>fine</p>"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """Return what was written, and is about to be damaged."""
    Files(tmp_path).write(1, 1, PAGES)
    return contents(tmp_path / "site")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
class TestDamage:
    def test_a_check_mends_it(self, tmp_path, whole, damage, file):
        DAMAGES[damage](tmp_path / "site" / file)
        Files(tmp_path).write(1, 1, PAGES, check=True)
        assert contents(tmp_path / "site") == whole

    def test_the_next_statement_mends_what_has_another_length(self, tmp_path, whole, damage, file):
        DAMAGES[damage](tmp_path / "site" / file)
        Files(tmp_path).write(2, 2, PAGES)
        assert (contents(tmp_path / "site") == whole) is (damage != BYTES_CHANGE)

    def test_a_process_that_starts_alone_mends_it(self, tmp_path, whole, damage, file):
        DAMAGES[damage](tmp_path / "site" / file)
        files = Files(tmp_path)
        kept = files.read()
        assert kept
        assert by_key(*kept.pages) == PAGES
        files.write(1, 1, by_key(*kept.pages), check=True, confirmed_at=kept.confirmed_at)
        assert contents(tmp_path / "site") == whole
        again = files.read()
        assert again
        assert again.confirmed_at == kept.confirmed_at, "mending confirms nothing"


@pytest.mark.parametrize("damage", DAMAGES)
def test_nginx_gets_no_page_of_which_nothing_is_whole(tmp_path, whole, damage):
    for file in FILES:
        DAMAGES[damage](tmp_path / "site" / file)
    files = Files(tmp_path)
    kept = files.read()
    assert kept
    assert [one.key for one in kept.pages] == ["/en/"]
    files.write(1, 1, by_key(*kept.pages), check=True)
    assert set(contents(tmp_path / "site")) == {f"en/{file}" for file in FILES}


def test_the_manifest_has_length_and_hash_of_every_file(tmp_path, whole):
    manifest = Files(tmp_path)._read_manifest()
    [home] = [one for one in manifest["pages"] if one["key"] == "/"]
    for file, (length, digest) in zip(FILES, home["files"].values(), strict=True):
        found = subprocess.run(
            ["sha256sum", tmp_path / "site" / file], check=True, capture_output=True, text=True
        )
        assert found.stdout.split()[0] == digest
        assert length == len(whole[file])


def test_a_check_writes_nothing_where_nothing_is_wrong(tmp_path, whole):
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    Files(tmp_path).write(1, 1, PAGES, check=True)
    after = {path: path.stat() for path in before}
    assert {path: one.st_ino for path, one in after.items()} == {
        path: one.st_ino for path, one in before.items()
    }


def test_a_check_deletes_what_a_killed_process_left(tmp_path, whole):
    for name in (".index.html.part", "en/.index.html.gz.part", "incidents/gone/index.html"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    (tmp_path / ".manifest.json.part").write_text("half")
    (tmp_path / ".unfinished").mkdir()
    Files(tmp_path).write(1, 1, PAGES, check=True)
    assert contents(tmp_path / "site") == whole
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        *("current", "lock", "manifest.json", "site")
    ]


def test_a_manifest_of_the_first_release_is_read(tmp_path, whole):
    files = Files(tmp_path)
    manifest = files._read_manifest()
    for one in manifest["pages"]:
        del one["files"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    kept = files.read()
    assert kept
    assert by_key(*kept.pages) == PAGES


def test_a_name_is_changed_once_the_bytes_are_on_the_disk(tmp_path, monkeypatch):
    """Watches the calls to the kernel; what they do is left as it is."""
    calls: list[tuple[str, Path]] = []
    sync, rename = os.fsync, Path.replace

    def syncing(handle: int) -> None:
        calls.append(("sync", Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    def renaming(path: Path, target: Path) -> Path:
        calls.append(("rename", path))
        return rename(path, target)

    monkeypatch.setattr(disk.os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", renaming)
    Files(tmp_path).write(1, 1, PAGES)
    renamed = [path for what, path in calls if what == "rename"]
    assert len(renamed) == 2 * len(FILES) + 2
    for path in renamed:
        at = calls.index(("rename", path))
        if path.name.endswith(".part"):
            assert ("sync", path) in calls[:at]
        assert ("sync", path.parent) in calls[at:]
    assert ("sync", tmp_path / "site") in calls, "en/ is new in it"


KILLED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from statuspage.pages.snapshots.files import Files
from statuspage.pages.snapshots.pages import Page
from tests.statuspage.pages.server.test_damage import PAGES, by_key, page

# One process for each step of replacing three pages by two, which dies before that step.
folder, steps = Path(sys.argv[1]), 0
newer = by_key(page("/", "<p>new</p>"), page("/more/", "<p>more</p>"))
while True:
    place = folder / str(steps)
    Files(place).write(1, 1, PAGES)
    child = os.fork()
    if not child:
        left = iter(range(steps, -1, -1))
        def step(event, given):
            if event in ("os.rename", "os.remove", "open") and str(place) in str(given):
                if not next(left):
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(step)
        Files(place).write(2, 2, newer)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    steps += 1
print(steps)
"""


def test_a_kill_at_any_step_leaves_every_page_whole_and_is_mended(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps > 20
    newer = by_key(page("/", "<p>new</p>"), page("/more/", "<p>more</p>"))
    for number in range(steps):
        files, site = Files(tmp_path / str(number)), tmp_path / str(number) / "site"
        kept = files.read()
        assert kept
        for one in kept.pages:
            assert one in (PAGES.get(one.key), newer.get(one.key)), (number, one)
        assert {one.key for one in kept.pages} >= {"/"}
        files.write(2, 2, newer, check=True)
        names = {f"{folder}{file}" for folder in ("", "more/") for file in FILES}
        assert set(contents(site)) == names
        assert by_key(*files.read().pages) == newer


@contextmanager
def disk_full() -> Iterator[None]:
    """Let no file grow beyond a limit: a write then fails in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def large_page() -> Page:
    return page("/en/", os.urandom(LIMIT_BYTES).hex())


def test_a_full_disk_changes_no_file_and_nginx_asks_the_web_process(tmp_path, whole):
    newer = by_key(page("/", "<p>new</p>"), large_page())
    files = Files(tmp_path)
    with disk_full(), pytest.raises(OSError, match="File too large"):
        files.write(2, 2, newer)
    assert contents(tmp_path / "site") == whole
    assert not (tmp_path / "current").exists()
    kept = files.read()
    assert kept
    assert (kept.number, by_key(*kept.pages)) == (1, PAGES)
    files.write(2, 2, newer)
    assert (tmp_path / "current" / "index.html").read_text() == "<p>new</p>"


def test_pages_that_cannot_say_their_age_are_not_served(tmp_path, whole):
    files = Files(tmp_path)
    with disk_full(), pytest.raises(OSError, match="File too large"):
        files.age([page("/", "<p>as of noon</p>"), large_page()])
    assert not (tmp_path / "current").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lock", "manifest.json", "site"]
    files.age([page("/", "<p>as of noon</p>")])
    assert (tmp_path / "current" / "index.html").read_text() == "<p>as of noon</p>"
