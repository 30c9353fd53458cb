"""The thread of each web process that renders what is due and loads what others rendered."""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg
from django.db import DatabaseError, connection

from statuspage.lib.postgres.base import bound
from statuspage.lib.troubles import trouble_note, trouble_over
from statuspage.pages.rendering.services import RenderResult, render_due, take_over
from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots import store
from statuspage.pages.snapshots.files import Files

# How often to ask the database without a notification, and how soon to retry when it is away.
LOOK_EVERY_SECONDS: Final = 1.0
# After this long pages say that they can no longer be confirmed.
STALE_AFTER_SECONDS: Final = 5.0
# The same if the database neither answers nor refuses; slow rendering must not count as that.
SILENT_AFTER_SECONDS: Final = 15.0
# How often the files are compared with what they should hold, and how soon they are written again
# after the disk was full.
CHECK_EVERY_SECONDS: Final = 120.0
WRITE_AGAIN_SECONDS: Final = 5.0
# The kind of alarm while they cannot be written.
TROUBLE: Final = "page_files"

logger = logging.getLogger(__name__)


class Watcher:
    """Keeps memory and files at the current edition, for as long as the process lives."""

    def __init__(self, memory: Memory, files: Files) -> None:
        self._memory = memory
        self._files = files
        self._ended = threading.Event()
        # Guards the age of the pages, which two threads change: one asks, one watches the time.
        self._saying = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._last_word = time.monotonic() - STALE_AFTER_SECONDS
        # The edition on disk as far as this process knows; when to compare, and when to write.
        self._stored = (-1, 0)
        self._check_at = self._write_at = 0.0

    def start(self) -> None:
        """Start the watcher in this process and in each that is forked from it."""
        os.register_at_fork(after_in_child=self._start)
        self._start()

    def stop(self) -> None:
        """End at the next look, and wait for it."""
        self._ended.set()
        for one in self._threads:
            one.join()

    def run(self) -> None:
        """Watch until stopped, whatever happens to the engines."""
        self._restore()
        while not self._ended.is_set():
            try:
                self._watch()
            except (DatabaseError, psycopg.Error) as error:
                self._age_after(STALE_AFTER_SECONDS, type(error).__name__)
            except Exception:  # whatever it is, pages must go on being watched
                logger.exception("pages are not rendered")
            connection.close()
            self._ended.wait(LOOK_EVERY_SECONDS)

    def mind(self) -> None:
        """Show on the pages, until stopped, when the database has not answered for long."""
        while not self._ended.wait(LOOK_EVERY_SECONDS):
            self._age_after(SILENT_AFTER_SECONDS, "silence")

    def _start(self) -> None:
        self._saying = threading.Lock()  # a fork may have copied a held one
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (("candor-pages", self.run), ("candor-pages-age", self.mind))
        ]
        for one in self._threads:
            one.start()

    def _restore(self) -> None:
        try:
            kept = self._files.read()
        except Exception:  # whatever is wrong with them, they are written anew
            logger.exception("the files of the pages cannot be read")
            return
        if kept:
            self._memory.restore(kept)
            self._on_disk(
                lambda: self._files.write(
                    kept.number,
                    kept.head,
                    self._memory.pages,
                    check=True,
                    confirmed_at=kept.confirmed_at,
                )
            )

    def _watch(self) -> None:
        """Listen on a connection of our own; look after every notification and every second."""
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold"):  # Django's own
            parameters.pop(name, None)
        with psycopg.connect(**parameters, autocommit=True) as line:
            bound(line, SILENT_AFTER_SECONDS)
            line.execute(f"LISTEN {store.CHANNEL}")
            take_over()
            while not self._ended.is_set():
                more = render_due() is RenderResult.MORE
                self._take_in()
                if not more:
                    list(line.notifies(timeout=LOOK_EVERY_SECONDS, stop_after=1))

    def _take_in(self) -> None:
        """Move memory, then the files, to the current edition."""
        memory, edition = self._memory, store.current()
        moved = (edition.number, edition.head) != (memory.number, memory.head)
        news = store.news(memory.known()) if moved else None
        with self._saying:
            if news:
                memory.take(news)
            memory.confirm()
            self._last_word = time.monotonic()
            if self._last_word >= self._write_at:
                self._on_disk(self._store)

    def _store(self) -> None:
        """Write what is new, every few minutes what is not as it should be, and confirm it."""
        memory, check = self._memory, time.monotonic() >= self._check_at
        edition = (memory.number, memory.head)
        if check or edition != self._stored:
            if not self._files.write(*edition, memory.pages, check=check):
                return  # another process is writing; look again
            self._stored = edition
            if check:
                self._check_at = time.monotonic() + CHECK_EVERY_SECONDS
        self._files.confirm()
        if self._write_at:
            logger.warning("the files of the pages are written again")
            self._write_at = 0.0
            trouble_over(TROUBLE)

    def _on_disk(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError:
            # nginx asks this process instead, which answers from memory all the same.
            if not self._write_at:
                logger.exception("the files of the pages cannot be written")
            trouble_note(TROUBLE)
            self._stored = (-1, 0)
            self._write_at = time.monotonic() + WRITE_AGAIN_SECONDS

    def _age_after(self, seconds: float, reason: str) -> None:
        with self._saying:
            if time.monotonic() - self._last_word < seconds:
                return
            if pages := self._memory.age():
                logger.warning("the database does not answer: %s", reason)
                self._on_disk(lambda: self._files.age(pages))
