"""The thread that keeps memory and files current, on a database that falls silent."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from statuspage.pages.server import watcher
from statuspage.pages.server.memory import Memory
from statuspage.pages.server.watcher import Watcher
from statuspage.pages.snapshots.files import Files
from tests.database.tampering import owners_connection
from tests.statuspage.pages.story import opened


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for it; fail when it does not happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def stranger(transactional_db: None) -> Iterator[psycopg.Connection]:
    """Somebody else on the same database."""
    with owners_connection() as line:
        yield line


def test_pages_say_so_when_the_database_neither_answers_nor_refuses(
    stranger: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "SILENT_AFTER_SECONDS", 2.5)
    monkeypatch.setattr(watcher, "LOOK_EVERY_SECONDS", 0.1)
    opened()
    memory = Memory()
    watching = Watcher(memory, Files(tmp_path))
    watching.start()
    try:
        until(lambda: memory.head == 1)
        until(lambda: (tmp_path / "current").exists())
        assert memory.answers["/"].as_of is None
        stranger.execute("LOCK TABLE pages_edition IN ACCESS EXCLUSIVE MODE")
        until(lambda: memory.answers["/"].as_of is not None)
        until(lambda: (tmp_path / "current").readlink().name == "aged")
        stranger.rollback()
        until(lambda: memory.answers["/"].as_of is None)
        until(lambda: (tmp_path / "current").readlink().name == "site")
    finally:
        stranger.rollback()
        watching.stop()
