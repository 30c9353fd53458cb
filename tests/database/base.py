"""PostgreSQL for the suite: flushed to what a new installation has, and able to travel in time."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.db.backends.postgresql import operations
from psycopg.pq import TransactionStatus
from time_machine import escape_hatch

from statuspage.lib.postgres import base

# Rows that migrations write, which every installation has.
SEEDED: Final = {"auth_permission", "django_content_type", "calendar_calendarprofile"}
# Partitioned by hand, so Django does not list it; its numbers begin again.
PARTITIONED: Final = "delivery_delivery"
# PostgreSQL finds these before its own where its path says so.
CLOCKS: Final = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
TRAVEL: Final = "CREATE SCHEMA IF NOT EXISTS travel;" + "".join(
    f"CREATE OR REPLACE FUNCTION travel.{clock}() RETURNS timestamptz LANGUAGE sql STABLE"
    " AS $$ SELECT current_setting('travel.moment')::timestamptz $$;"
    for clock in CLOCKS
)
DEPART: Final = "SET search_path = travel, public, pg_catalog; SET travel.moment = '{moment}'"
RETURN: Final = "RESET search_path"


class DatabaseOperations(operations.DatabaseOperations):
    """Empty the tables between transactional tests by DELETE instead of TRUNCATE.

    The log's triggers refuse both, and only a superuser may switch them off, for one transaction.
    DELETE also waits for no reader, and is faster on tables of few rows.
    """

    def sql_flush(self, *_arguments: Any, **_options: Any) -> list[str]:
        """Return nothing, so that Django does not write again what migrations wrote."""
        return []

    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Delete every row that migrations did not write."""
        tables = {PARTITIONED, *self.connection.introspection.django_table_names()} - SEEDED
        with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL session_replication_role = replica;"
                + "".join(f'DELETE FROM "{table}";' for table in sorted(tables))
                + f"SELECT setval(pg_get_serial_sequence('{PARTITIONED}', 'id'), 1, false)"
            )


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with the flush above; where a test travels in time, its clock goes along."""

    ops_class = DatabaseOperations
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
