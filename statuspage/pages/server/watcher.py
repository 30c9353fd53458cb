"""The thread of each web process that renders what is due, and takes in what was rendered."""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from django.db import DatabaseError, connection

from statuspage.pages.rendering.services import Outcome, render_due, take_over
from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots import store
from statuspage.pages.snapshots.files import Files

# How often the database is asked when no word comes, and again when it does not answer.
LOOK_EVERY_SECONDS: Final = 1.0
# From when on pages say that they can no longer be confirmed.
STALE_AFTER_SECONDS: Final = 5.0
# Ours beside Django's: who is cut off must notice within seconds, not when TCP does.
NOTICE_QUICKLY: Final = {
    "connect_timeout": 3,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}

logger = logging.getLogger(__name__)


class Watcher:
    """Keeps memory and files at the current edition, for as long as the process lives."""

    def __init__(self, memory: Memory, files: Files) -> None:
        self._memory = memory
        self._files = files
        self._ended = threading.Event()
        self._last_word = time.monotonic() - STALE_AFTER_SECONDS

    def start(self) -> None:
        """Begin, in this process and in each that is forked from it."""
        os.register_at_fork(after_in_child=self._start)
        self._start()

    def stop(self) -> None:
        """End at the next look."""
        self._ended.set()

    def run(self) -> None:
        """Watch until stopped, whatever happens to the engines."""
        self._restore()
        while not self._ended.is_set():
            try:
                self._watch()
            except (DatabaseError, psycopg.Error) as error:
                self._without_database(error)
            except Exception:  # whatever it is, pages must go on being watched
                logger.exception("pages are not rendered")
            connection.close()
            self._ended.wait(LOOK_EVERY_SECONDS)

    def _start(self) -> None:
        threading.Thread(target=self.run, name="candor-pages", daemon=True).start()

    def _restore(self) -> None:
        try:
            kept = self._files.read()
        except OSError as error:
            logger.warning("the files of the pages cannot be read: %s", error)
            return
        if kept:
            self._memory.restore(kept)

    def _watch(self) -> None:
        """Listen on a connection of our own, and look whenever a word or a second has come."""
        parameters = {**connection.get_connection_params(), **NOTICE_QUICKLY}
        with psycopg.connect(**_plain(parameters), autocommit=True) as line:
            line.execute(f"LISTEN {store.CHANNEL}")
            take_over()
            while not self._ended.is_set():
                more = render_due() is Outcome.MORE
                self._take_in()
                if not more:
                    list(line.notifies(timeout=LOOK_EVERY_SECONDS, stop_after=1))

    def _take_in(self) -> None:
        """Move memory, then the files, to the current edition."""
        edition = store.current()
        if (edition.number, edition.head) != (self._memory.number, self._memory.head):
            self._memory.take(store.news(self._memory.known()))
            memory = self._memory
            self._on_disk(lambda: self._files.write(memory.number, memory.head, memory.pages))
        self._memory.confirm()
        self._on_disk(self._files.confirm)
        self._last_word = time.monotonic()

    def _on_disk(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            # nginx then serves what it has; this process answers from memory all the same.
            logger.warning("the files of the pages cannot be written: %s", error)

    def _without_database(self, error: Exception) -> None:
        if time.monotonic() - self._last_word < STALE_AFTER_SECONDS:
            return
        if pages := self._memory.age():
            logger.warning("the database does not answer: %s", type(error).__name__)
            self._on_disk(lambda: self._files.age(pages))


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Without what is Django's own: classes of cursors and adapters."""
    own = {"cursor_factory", "context", "prepare_threshold"}
    return {name: value for name, value in parameters.items() if name not in own}
