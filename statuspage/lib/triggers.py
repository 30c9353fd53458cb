"""Triggers with which PostgreSQL refuses to change or delete rows; for migrations."""

from django.db.migrations import RunSQL


def refuse(table: str, events: str = "UPDATE OR DELETE", *, truncate: bool = True) -> RunSQL:
    """Return the operation that makes `table` refuse `events`, and TRUNCATE as well.

    The function candor_refuse() comes with the second migration of statements.
    """
    row, whole = f"{table}_kept", f"{table}_not_truncated"
    forward = (
        f"CREATE TRIGGER {row} BEFORE {events} ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION candor_refuse();"
    )
    backward = f"DROP TRIGGER {row} ON {table};"
    if truncate:
        forward += (
            f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();"
        )
        backward += f"DROP TRIGGER {whole} ON {table};"
    return RunSQL(forward, backward)
