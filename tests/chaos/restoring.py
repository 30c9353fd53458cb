"""Take a backup while everything runs, and later restore it into a new database and go on."""

import threading
import time
from typing import TYPE_CHECKING, Final

import psycopg
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from notifications.delivery.hold_selectors import held_of, open_holds
from notifications.delivery.holds import hold_decide
from notifications.delivery.models import Hold
from notifications.delivery.states import HoldStep
from statuspage.statements.accepting import log_accept
from tests.chaos.table import PROGRAMS
from tests.product import eventually

if TYPE_CHECKING:
    from tests.chaos.world import World

WITHIN_SECONDS: Final = 60.0
LOST: Final = "lost"


class Backup(threading.Thread):
    """A backup that was begun at `began`, in seconds since 1970, and restored at `restored_at`."""

    def __init__(self, world: "World") -> None:
        super().__init__(daemon=True)
        self._world = world
        self._file = world.folder / "candor.dump"
        self._trouble: Exception | None = None
        self.began = time.time()
        self.restored_at = 0.0

    def run(self) -> None:
        """Write the file; what keeps it from being written is raised by `restore`."""
        try:
            call_command("backup", str(self._file))
        except Exception as error:
            self._trouble = error
        finally:
            connection.close()  # this thread's own

    def restore(self) -> None:
        """End every program, replace the database by the backup, and start them again.

        Raises:
            RuntimeError, CommandError: there is no backup, or it could not be restored.
        """
        self._world.let_go()  # pg_dump may wait for what the run itself has locked
        self.join(WITHIN_SECONDS)
        if self.is_alive() or self._trouble:
            raise RuntimeError(f"there is no backup: {self._trouble or 'it did not end'}")
        self._world.publisher.forget()
        for name in PROGRAMS:
            self._world.kill(name)
        self._make_new_database()
        call_command("restore", str(self._file))
        # The operator knows why statements are missing, and says so in public.
        with override_settings(LOG_COPY_DIR=self._world.folder / "log"):
            log_accept(reason="restored from a backup")
        self.restored_at = time.time()
        self._world.start_programs()

    def _make_new_database(self) -> None:
        """Set the database aside, and make an empty one of its name."""
        connection.close()
        url = self._world.engines.owner_url
        name = str(conninfo_to_dict(url)["dbname"])
        ours, lost = sql.Identifier(name), sql.Identifier(LOST)
        with psycopg.connect(url, dbname="template1", autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(ours, lost))
            session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(ours))


def decide_holds() -> None:
    """Decide as staff do about what a restore has put on hold: ask the provider about all of it.

    What it certainly lacks is released; where others that cannot be asked may have been told, all
    that is left is discarded.
    """
    for hold in open_holds():
        _decide(hold.pk, HoldStep.LOOKING, HoldStep.LOOKED)
        if held_of(hold.pk).doubtful:
            _decide(hold.pk, HoldStep.DISCARDING, HoldStep.DISCARDED)
        else:
            _decide(hold.pk, HoldStep.RELEASING, HoldStep.RELEASED)


def _decide(number: int, step: HoldStep, after: HoldStep) -> None:
    with transaction.atomic():
        hold_decide(number, step)
    done = eventually(lambda: Hold.objects.get(pk=number).step == after, bool, WITHIN_SECONDS)
    if not done:
        raise RuntimeError(f"statement {number} was never {after}")
