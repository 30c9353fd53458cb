"""Django's backend for PostgreSQL, which gives up when the server is there and does not answer.

The server's own timeouts, and those of the network, say nothing about a server whose processes
have stopped: its kernel goes on accepting connections and confirming what arrives.
"""

from functools import partial
from typing import Any, Final

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base

# How much longer than the server's own limit a client waits for its answer, in seconds.
SPARE_SECONDS: Final = 2.0
# A transaction that does nothing for so long belongs to a process that has stopped, and whose
# locks others wait for.
IDLE_SECONDS: Final = 60
WAIT_SECONDS: Final = 0.1

_patience: float | None = None


def wait_no_longer_than(seconds: float, *, statement_seconds: float = 0) -> None:
    """Bound every wait of this process for an answer; in the server, statements as well.

    For connections that are opened from now on. What takes longer raises OperationalError.
    """
    global _patience
    _patience = seconds
    limits = {"idle_in_transaction_session_timeout": IDLE_SECONDS}
    if statement_seconds:
        limits["statement_timeout"] = statement_seconds
    written = " ".join(f"-c {name}={int(1000 * value)}" for name, value in limits.items())
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} {written}".strip()


def bound(connection: "psycopg.Connection[Any]", seconds: float) -> None:
    """Have each wait of this connection raise OperationalError after so many seconds."""
    connection.wait = partial(_wait, connection, seconds)  # type: ignore[method-assign]


def _wait(
    connection: "psycopg.Connection[Any]",
    seconds: float,
    generator: Any,
    interval: float = WAIT_SECONDS,
    timeout: float | None = None,
) -> Any:
    try:
        return type(connection).wait(
            connection, generator, interval, seconds if timeout is None else timeout
        )
    except psycopg.OperationalError:
        if timeout is None and connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
            connection.close()  # its answer may still come, and would be taken for another's
        raise


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own; its connections wait no longer than this process may."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection."""
        connection = super().get_new_connection(conn_params)
        if _patience is not None:
            bound(connection, _patience)
        return connection
