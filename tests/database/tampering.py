"""Change what the programs' role may not: as the owner of the tables, or a superuser, could.

    with as_superuser() as cursor:
        cursor.execute("UPDATE statements_statement SET kind = %s", ["other"])

It is the same connection and the same transaction, so it works in every kind of test.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import ClientCursor


class BorrowedCursor:
    """Changes with somebody else's rights, and reads with one's own."""

    def __init__(self, cursor: Any, whose: str) -> None:
        self._cursor = cursor
        self._whose = whose
        self.rowcount = -1

    def execute(
        self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> "BorrowedCursor":
        """Run a statement; of those that change something only the count can be read."""
        if statement.startswith("SELECT"):
            self._cursor.execute(statement, parameters)
            self.rowcount = self._cursor.rowcount
            return self
        written = statement
        if parameters is not None:
            written = ClientCursor(connection.connection).mogrify(statement, parameters)
        self._cursor.execute(f"SELECT travel.{self._whose}(%s)", [written])
        self.rowcount = int(self._cursor.fetchone()[0])
        return self

    def fetchone(self) -> Any:
        """Return the next row that a SELECT found."""
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        """Return all rows that a SELECT found."""
        return self._cursor.fetchall()


@contextmanager
def as_superuser() -> Iterator[BorrowedCursor]:
    """Yield a cursor in one transaction that needs no rights; triggers and references are off."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield BorrowedCursor(cursor, "as_superuser")


@contextmanager
def as_owner() -> Iterator[BorrowedCursor]:
    """Yield a cursor in one transaction that needs no rights; triggers and references hold."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield BorrowedCursor(cursor, "as_owner")


def owners_connection(**other: Any) -> psycopg.Connection[Any]:
    """Return a connection of its own, as the owner, to the same database or another of `other`."""
    role = settings.DATABASE_OWNER or connection.settings_dict
    given = {"user": role["USER"], "password": role["PASSWORD"], "host": role["HOST"]}
    given |= {"port": role["PORT"], "dbname": connection.settings_dict["NAME"], **other}
    return psycopg.connect(**{name: value for name, value in given.items() if value})
