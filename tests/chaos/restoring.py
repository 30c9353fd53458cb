"""Take a backup while everything runs, and later restore it into a new database and go on."""

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.chaos.table import PROGRAMS
from tests.product import ROOT

if TYPE_CHECKING:
    from tests.chaos.world import World

WITHIN_SECONDS: Final = 60.0
# What docs/operations.md has an operator do before the workers start on a restored database.
HOLD: Final = """
    UPDATE delivery_delivery SET state = 'unknown', due_at = 'infinity'
    WHERE state IN ('pending', 'sending')
"""
LOST: Final = "lost"


class Backup:
    """A backup that was begun at `began`, in seconds since 1970, and restored at `restored_at`."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._file = world.folder / "candor.dump"
        self.began = time.time()
        self.restored_at = 0.0
        self._running = self._command("backup")

    def restore(self) -> None:
        """End every program, replace the database by the backup, and start them again.

        Raises:
            RuntimeError: the backup or the restore failed; the message says why.
        """
        self._wait(self._running)
        self._world.publisher.forget()
        for name in PROGRAMS:
            self._world.kill(name)
        self._make_new_database()
        self._wait(self._command("restore"))
        self._as_documented()
        self.restored_at = time.time()
        self._world.start_programs()

    def end(self) -> None:
        """End the backup if it still runs."""
        self._running.kill()
        self._running.communicate()

    def _as_documented(self) -> None:
        """Do what the documentation has an operator do after a restore."""
        with connection.cursor() as cursor:
            cursor.execute(HOLD)

    def _make_new_database(self) -> None:
        """Set the database aside, and make an empty one of its name."""
        connection.close()
        url = self._world.engines.database_url
        name = str(conninfo_to_dict(url)["dbname"])
        ours, lost = sql.Identifier(name), sql.Identifier(LOST)
        with psycopg.connect(url, dbname="template1", autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(ours, lost))
            session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(ours))

    def _command(self, name: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", name, str(self._file)],
            cwd=ROOT,
            env=self._world.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _wait(self, command: "subprocess.Popen[str]") -> None:
        try:
            _, complaint = command.communicate(timeout=WITHIN_SECONDS)
        except subprocess.TimeoutExpired as error:
            command.kill()
            raise RuntimeError(f"{command.args[2]} did not end") from error
        if command.returncode:
            raise RuntimeError(f"{command.args[2]}: {complaint.strip()[-300:]}")
