"""Django's backend for PostgreSQL, which gives up when the server is there and does not answer.

The server's own timeouts, and those of the network, say nothing about a server whose processes
have stopped: its kernel goes on accepting connections and confirming what arrives.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

import psycopg
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    InternalError,
    OperationalError,
    connections,
)
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.errors import ConnectionTimeout
from psycopg.pq import TransactionStatus

# How much longer than the server's own limit a client waits for its answer, in seconds.
SPARE_SECONDS: Final = 2.0
# A transaction that does nothing for so long belongs to a process that has stopped, and whose
# locks others wait for.
IDLE_SECONDS: Final = 60
# How soon a server that works on notices that whoever asked is gone: what is given up must not
# hold locks for longer.
CHECK_SECONDS: Final = 2
# After a connection that was made in vain nobody in this process tries another for so long.
PAUSE_SECONDS: Final = 2.0
WAIT_SECONDS: Final = 0.1

# The database was away, or aborted us to break a deadlock; or the server takes no writes, since it
# is no primary any more (InternalError to psycopg). The same SQL may succeed next time.
PASSING: Final = (OperationalError, InterfaceError, InternalError)

_patience: float | None = None
_silent_until = 0.0
_thread: Final = threading.local()


def wait_no_longer_than(seconds: float, *, statement_seconds: float = 0) -> None:
    """Bound every wait of this process for an answer; in the server, statements as well.

    For connections that are opened from now on. What takes longer raises OperationalError.
    """
    global _patience
    _patience = seconds
    limits: dict[str, float] = {
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
        "client_connection_check_interval": CHECK_SECONDS,
    }
    if statement_seconds:
        limits["statement_timeout"] = statement_seconds
    written = " ".join(f"-c {name}={int(1000 * value)}" for name, value in limits.items())
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} {written}".strip()


@contextmanager
def impatient(seconds: float) -> Iterator[None]:
    """Bound the waits of this thread's connections more narrowly, for a while."""
    _thread.seconds = seconds
    try:
        yield
    finally:
        del _thread.seconds


def bound(connection: "psycopg.Connection[Any]", seconds: float) -> None:
    """Have each wait of this connection raise OperationalError after so many seconds."""
    connection.wait = partial(_wait, connection, seconds)  # type: ignore[method-assign]


class MomentLoader(BaseTzLoader):  # type: ignore[misc]  # Django is untyped here
    """Read moments as the standard library does, in C, where Django's matches an expression."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        """Return the moment in UTC, which Django has its connections speak."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # what Python cannot hold: the error says so
            return cast(datetime, super().load(data))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own; its connections wait no longer than this process may."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection; without trying where the server was silent a moment ago."""
        if time.monotonic() < _silent_until:
            raise ConnectionTimeout("PostgreSQL did not answer a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except ConnectionTimeout:
            _pause()
            raise
        connection.adapters.register_loader("timestamptz", MomentLoader)
        if _patience is not None:
            bound(connection, _patience)
        return connection


def _wait(
    connection: "psycopg.Connection[Any]",
    seconds: float,
    generator: Any,
    interval: float = WAIT_SECONDS,
    timeout: float | None = None,
) -> Any:
    if timeout is None:
        timeout, ours = getattr(_thread, "seconds", seconds), True
    else:
        ours = False
    try:
        return type(connection).wait(connection, generator, interval, timeout)
    except psycopg.OperationalError:
        if ours and connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            # The answer may still come, and would be taken for another's.
            connection.close()
            _pause()
        raise


def _pause() -> None:
    global _silent_until
    _silent_until = time.monotonic() + PAUSE_SECONDS
