"""What the role of the programs may do in the database: add to the log, and own nothing.

A trigger does not bind the owner of its table. So the role that owns the tables migrates, and the
one that serves readers, staff and merchants may only do what is written here. `migrate` and
`restore` grant it, a program in production does not start with more.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from psycopg import sql
from psycopg.errors import DuplicateObject, InsufficientPrivilege, UniqueViolation

ADD: Final = frozenset({"SELECT", "INSERT"})
ORDINARY: Final = ADD | {"UPDATE", "DELETE"}
# By table, where it is less than ORDINARY. Whatever a trigger of the migrations refuses is not
# granted either; test_database_roles.py compares the two.
RIGHTS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "statements_statement",
            "statements_treenode",
            "statements_checkpoint",
            "staff_auditentry",
            "notices_notice",
            "calendar_calendarday",
            "components_statuschange",
            "incidents_recurrenceskip",
            "incidents_hiddenclaim",
            "settlement_settlementrule",
            "settlement_price",
            "settlement_commitment",
            "settlement_payment",
            "verification_senttext",
            "statements_logacceptance",
        ),
        ADD,
    ),
    "incidents_incident": ORDINARY - {"DELETE"},
    "incidents_maintenance": ORDINARY - {"DELETE"},
    "django_migrations": frozenset({"SELECT"}),
}
# What nobody but the owner needs anywhere.
OF_THE_OWNER: Final = frozenset({"TRUNCATE", "TRIGGER"})

TABLES: Final = """
    SELECT relname::text, relispartition, relowner FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    ORDER BY relname
"""
FUNCTIONS: Final = r"""
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prosecdef
      AND proname LIKE 'candor\_%' AND pg_has_role(proowner, 'USAGE')
"""


class RoleError(CommandError):
    """The roles of the database are not as they must be; the message says what to do."""


def runtime_role() -> str:
    """Return the role of DATABASE_URL; empty where one role does everything."""
    named = str(settings.DATABASES["default"]["USER"])
    return named if settings.DATABASE_OWNER and settings.DATABASE_OWNER["USER"] != named else ""


def grant() -> None:
    """Give the programs' role what it may do in each table, and take from it all that is more.

    Call it as the owner. It makes the role if there is none and the owner may make roles.

    Raises:
        RoleError: there is no such role and the owner may not make one, or it does not own a table.
    """
    role = runtime_role()
    if not role:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        _make_role(cursor, role)
        _check_owned(cursor)
        for statement in _statements(cursor, role):
            cursor.execute(statement)


def _make_role(cursor: Any, role: str) -> None:
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is not None:
        return
    make = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
    if password := str(settings.DATABASES["default"]["PASSWORD"]):
        # Hashed here: the statement may be in the server's log.
        pgconn = connection.connection.pgconn
        hashed = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        make += sql.SQL(" PASSWORD {}").format(sql.Literal(hashed.decode()))
    try:
        with transaction.atomic():
            cursor.execute(make)
    except DatabaseError as error:
        if isinstance(error.__cause__, (DuplicateObject, UniqueViolation)):
            return  # another database of the same server was migrated in this moment
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise RoleError(
            f"there is no role {role}, and the owner may make none. As an administrator of the"
            f" database run CREATE ROLE {role} LOGIN PASSWORD '…', then migrate again."
        ) from error


def _check_owned(cursor: Any) -> None:
    cursor.execute(
        f"SELECT DISTINCT relowner::regrole::text FROM ({TABLES}) AS tables"
        " WHERE NOT pg_has_role(relowner, 'USAGE')"
    )
    if others := [owner for (owner,) in cursor.fetchall()]:
        raise RoleError(
            f"tables belong to {', '.join(others)}. As an administrator of the database run"
            f" REASSIGN OWNED BY {others[0]} TO {_owner_name()}, then migrate again."
        )


def _owner_name() -> str:
    return str(settings.DATABASE_OWNER["USER"]) if settings.DATABASE_OWNER else ""


def _statements(cursor: Any, role: str) -> Iterator[sql.Composable]:
    """Return what grants; each runs before the next is asked for."""
    to = {"role": sql.Identifier(role)}
    cursor.execute("SELECT current_database(), current_schema()")
    database, schema = map(sql.Identifier, cursor.fetchone())
    yield sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {role}").format(database, **to)
    yield sql.SQL("REVOKE CREATE ON DATABASE {} FROM {role}").format(database, **to)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {role}").format(schema, **to)
    yield sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {role}").format(schema, **to)
    yield sql.SQL("GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA {} TO {role}").format(
        schema, **to
    )
    cursor.execute(TABLES)
    for table, is_partition, _owner in cursor.fetchall():
        # Written through the whole table; a backup reads them one by one.
        rights = {"SELECT"} if is_partition else RIGHTS.get(table, ORDINARY)
        on = {"table": sql.Identifier(table), "rights": sql.SQL(", ".join(sorted(rights))), **to}
        yield sql.SQL("REVOKE ALL ON {table} FROM PUBLIC, {role}").format(**on)
        yield sql.SQL("GRANT {rights} ON {table} TO {role}").format(**on)
    cursor.execute(FUNCTIONS)
    for (function,) in cursor.fetchall():
        yield sql.SQL(f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}").format(**to)
