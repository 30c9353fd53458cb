"""PostgreSQL for the suite: a flush that leaves a database as a new installation has it."""

from typing import Any, Final

from django.db import transaction
from django.db.backends.postgresql import operations

from statuspage.lib.postgres import base

# Rows that migrations write, which every installation has.
SEEDED: Final = {"auth_permission", "django_content_type", "calendar_calendarprofile"}
# Partitioned by hand, so Django does not list it; its numbers begin again.
PARTITIONED: Final = "delivery_delivery"


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
    """Django's own, with the flush above."""

    ops_class = DatabaseOperations
