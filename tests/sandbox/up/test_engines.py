"""Engines that are killed are started again at the same addresses, and `up` says so."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from sandbox.up import engines as starting
from sandbox.up.engines import Engines, Postgres, Valkey
from sandbox.up.supervisor import Supervisor
from tests.product import engines_folder


@pytest.fixture
def engines(monkeypatch) -> Iterator[tuple[Engines, dict[str, str], Path]]:
    """Yield both engines of our own, running; their URLs, and their folder."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)
    with engines_folder() as folder:
        ours = Engines(folder)
        urls = ours.start()
        yield ours, urls, folder
        ours.stop()


@pytest.fixture
def supervisor(tmp_path) -> Iterator[Supervisor]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with Supervisor(tmp_path / "logs") as running:
        yield running
        running.stop()
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Enough(Exception):
    """Ends the watch."""


class Watched:
    """An engine that ends the watch once it has been started again."""

    def __init__(self, engine: Postgres | Valkey) -> None:
        self.name, self.log, self._engine = engine.name, engine.log, engine

    def has_died(self) -> bool:
        return self._engine.has_died()

    def start_again(self) -> None:
        self._engine.start_again()
        raise Enough


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def pids(urls: dict[str, str], folder: Path) -> tuple[int, int]:
    """Return the process ids of PostgreSQL and Valkey."""
    with redis.Redis.from_url(urls["redis_url"]) as client:
        return postmaster(folder), client.info("server")["process_id"]


def test_engines_that_are_killed_come_back_at_their_addresses(engines, supervisor, capfd):
    ours, urls, folder = engines
    with psycopg.connect(urls["database_owner_url"], autocommit=True) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS number")
    for engine, pid in zip(ours.running, pids(urls, folder), strict=True):
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Enough):
            supervisor.watch(lambda _pids: None, [Watched(engine)])
        assert f"candor: {engine.name} ended and is started again\n" in capfd.readouterr().err
        assert not engine.has_died()
    with psycopg.connect(urls["database_owner_url"]) as database:
        assert database.execute("SELECT number FROM kept").fetchone() == (7,)
    with redis.Redis.from_url(urls["redis_url"]) as client:
        assert client.ping()


def test_one_that_hangs_is_not_taken_for_dead(engines):
    ours, urls, folder = engines
    for engine, pid in zip(ours.running, pids(urls, folder), strict=True):
        os.kill(pid, signal.SIGSTOP)
        try:
            assert not engine.has_died()
        finally:
            os.kill(pid, signal.SIGCONT)


def test_an_engine_that_cannot_start_ends_the_whole_and_its_log_is_named(
    engines, supervisor, monkeypatch
):
    monkeypatch.setattr(starting, "START_WITHIN_SECONDS", 0.0)
    ours, _urls, folder = engines
    (folder / "postgres" / "PG_VERSION").write_text("1\n")
    os.kill(postmaster(folder), signal.SIGKILL)
    with pytest.raises(SystemExit, match=r"postgresql does not start; see .*postgres/log"):
        supervisor.watch(lambda _pids: None, ours.running)
