"""Work that is done again and again in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import connection

EVERY_SECONDS: Final = 3.0

logger = logging.getLogger(__name__)


class Rounds:
    """One thread; an engine that hangs in one holds up no other, and is noticed by its silence."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name = name
        self._work = work
        self._done_at = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since a round was last done, or since the start."""
        return time.monotonic() - self._done_at

    def start(self) -> None:
        """Start the thread; again in a process that was forked, where it is no more."""
        self._done_at = time.monotonic()
        threading.Thread(target=self._run, name=f"candor-{self._name}", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(EVERY_SECONDS)
            try:
                self._work()
                self._done_at = time.monotonic()
            except Exception as error:  # whatever it is, the watch goes on
                # Without its message, which may quote an address.
                logger.warning("the watch over %s: %s", self._name, type(error).__name__)
                connection.close()
