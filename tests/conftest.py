"""What every test stands on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# A deadline is an assertion about time, and these machines are shared.
hypothesis_settings.register_profile(
    "candor", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("candor")


# Rows that migrations put there: a flushed database would be one that no installation has.
SEEDED = {"settlement_calendarprofile"}
# A flush takes every lock there is, and may be chosen to break a deadlock.
FLUSHES = 5
_sql_flush = DatabaseOperations.sql_flush


def _sql_flush_but_seeded(self: DatabaseOperations, style: Any, tables: Any, **how: Any) -> Any:
    return _sql_flush(self, style, [one for one in tables if one not in SEEDED], **how)


def _flush(self: DatabaseOperations, statements: list[str]) -> None:
    """Empty the tables between transactional tests.

    The log's triggers refuse TRUNCATE; only a superuser may lift them for one transaction, which
    is what this does, and what nobody in production can.
    """
    for patience in range(FLUSHES, 0, -1):
        try:
            _empty(statements)
        except OperationalError:
            # A web process of the test still reads, and the two waited for each other.
            if patience == 1:
                raise
        else:
            return


def _empty(statements: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("TRUNCATE delivery_delivery RESTART IDENTITY")


DatabaseOperations.sql_flush = _sql_flush_but_seeded  # type: ignore[method-assign]
DatabaseOperations.execute_sql_flush = _flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Rate limits and tokens of one test must not reach the next."""
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """No test may reach beyond this machine: any other address is an error at once."""
    import socket

    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]
