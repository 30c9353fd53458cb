"""PostgreSQL for the suite: flushed to what a new installation has, and able to travel in time."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.backends.postgresql import creation, operations
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus
from time_machine import escape_hatch

from statuspage.lib.postgres import base
from statuspage.lib.postgres.owner import as_owner

# Rows that migrations write, which every installation has.
SEEDED: Final = {"auth_permission", "django_content_type", "calendar_calendarprofile"}
# Partitioned by hand, so Django does not list it; its numbers begin again.
PARTITIONED: Final = "delivery_delivery"
# PostgreSQL finds these before its own where its path says so.
CLOCKS: Final = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
# Whose rights a test may borrow for one statement: see tampering.py.
RIGHTS: Final = {"as_owner": "", "as_superuser": "SET session_replication_role = replica"}
# What the suite adds to a database; it runs as the programs' role, which may change no log.
EXTRAS: Final = (
    """
CREATE SCHEMA IF NOT EXISTS travel;
GRANT USAGE ON SCHEMA travel TO PUBLIC;
"""
    + "".join(
        f"""
CREATE OR REPLACE FUNCTION travel.{name}(sql text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER {options} AS $$
    DECLARE count bigint;
    BEGIN
        EXECUTE sql;
        GET DIAGNOSTICS count = ROW_COUNT;
        RETURN count;
    END $$;
"""
        for name, options in RIGHTS.items()
    )
    + "".join(
        f"CREATE OR REPLACE FUNCTION travel.{clock}() RETURNS timestamptz LANGUAGE sql STABLE"
        " AS $$ SELECT current_setting('travel.moment')::timestamptz $$;"
        for clock in CLOCKS
    )
)
DEPART: Final = "SET search_path = travel, public, pg_catalog; SET travel.moment = '{moment}'"
RETURN: Final = "RESET search_path"


class DatabaseCreation(creation.DatabaseCreation):
    """Create, clone and remove the suite's database as the role that may."""

    def create_test_db(self, *arguments: Any, **options: Any) -> str:
        """Create it, migrate it, and add what the suite needs in it."""
        with as_owner():
            name: str = super().create_test_db(*arguments, **options)
            prepare(self.connection)
        self.connection.settings_dict["NAME"] = name
        return name

    def destroy_test_db(self, *arguments: Any, **options: Any) -> None:
        """Remove it."""
        with as_owner():
            super().destroy_test_db(*arguments, **options)


def prepare(connection: Any) -> None:
    """Add to a database what the suite needs in it; for its owner, a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(EXTRAS)


class DatabaseOperations(operations.DatabaseOperations):
    """Empty the tables between transactional tests by DELETE instead of TRUNCATE.

    The log's triggers refuse both, and only a superuser may switch them off, for one statement.
    DELETE also waits for no reader, and is faster on tables of few rows.
    """

    def sql_flush(self, *_arguments: Any, **_options: Any) -> list[str]:
        """Return nothing, so that Django does not write again what migrations wrote."""
        return []

    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Delete every row that migrations did not write."""
        tables = {PARTITIONED, *self.connection.introspection.django_table_names()} - SEEDED
        clear = "".join(f'DELETE FROM "{table}";' for table in sorted(tables))
        again = f"PERFORM setval(pg_get_serial_sequence('{PARTITIONED}', 'id'), 1, false);"
        sql = f"{clear} DO $do$ BEGIN {again} END $do$"
        try:
            self._flush(sql)
        except OperationalError as error:
            # A program of the test may be rendering pages, and lock them in another order.
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            self._flush(sql)

    def _flush(self, sql: str) -> None:
        with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SELECT travel.as_superuser(%s)", [sql])


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with the flush above; where a test travels in time, its clock goes along."""

    ops_class = DatabaseOperations
    creation_class = DatabaseCreation
    _away = False

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor at the moment at which this process is."""
        cursor = super().create_cursor(name)
        failed = self.connection.info.transaction_status == TransactionStatus.INERROR
        if (self._away or escape_hatch.is_travelling()) and not failed:
            self._travel()
        return cursor

    def _travel(self) -> None:
        travelling = escape_hatch.is_travelling()
        to = DEPART.format(moment=datetime.now(UTC).isoformat()) if travelling else RETURN
        # A rollback would undo the return.
        self._away = travelling or self.in_atomic_block
        with self.connection.cursor() as cursor:
            cursor.execute(to)
