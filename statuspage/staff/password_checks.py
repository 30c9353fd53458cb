"""At most so many passwords are hashed at once: each takes a third of a second and 100 MB."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, transaction

T = TypeVar("T")

# How long a request waits for its turn: each that waits holds a thread of the web process.
WAIT_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.05
# The first number of PostgreSQL's advisory locks that stand for turns; the second counts them.
LOCK: Final = 0x5057


class TooManyPasswordChecks(Exception):
    """Every turn was taken for as long as a request may wait."""


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2, for whichever page, command or library hashes a password, in turns."""

    def encode(self, password: str, salt: str) -> str:
        """Return the hash of a new password; raise TooManyPasswordChecks if no turn comes."""
        with turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether it is the password; raise TooManyPasswordChecks if no turn comes."""
        with turn():
            return super().verify(password, encoded)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn in this process, then for one among all, and give both back at the end.

    Raises:
        TooManyPasswordChecks: there was none in time.
    """
    until = time.monotonic() + WAIT_SECONDS
    here = _in_this_process(settings.PASSWORD_CHECKS_PER_PROCESS)
    if not here.acquire(timeout=WAIT_SECONDS):
        raise TooManyPasswordChecks
    try:
        with transaction.atomic():  # PostgreSQL takes the lock back, also from a process that died
            _wait(_taken_in_all, until)
            yield
    finally:
        here.release()


def _wait(taken: Callable[[], bool], until: float) -> None:
    while not taken():
        if time.monotonic() >= until:
            raise TooManyPasswordChecks
        time.sleep(PAUSE_SECONDS)


def _taken_in_all() -> bool:
    """Take the first turn that is free in all processes, until the transaction ends."""
    with connection.cursor() as cursor:
        for number in range(settings.PASSWORD_CHECKS):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, number])
            row: tuple[Any, ...] = cursor.fetchone()
            if row[0]:
                return True
    return False


@lru_cache(maxsize=4)
def _in_this_process(number: int) -> BoundedSemaphore:
    return BoundedSemaphore(number)
