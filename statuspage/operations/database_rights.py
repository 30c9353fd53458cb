"""Find what the role of this process could do to the log, and must not be able to."""

import logging
import math
import time
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection

from statuspage.lib.postgres.base import impatient
from statuspage.operations.database_roles import OF_THE_OWNER, ORDINARY, RIGHTS

# This session's role, and whichever it may become. The login counts, not what it has become.
REACHABLE: Final = """
    SELECT oid, rolname FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')
"""
POWERS: Final = f"""
    SELECT DISTINCT power FROM ({REACHABLE}) AS mine JOIN pg_roles USING (oid)
    CROSS JOIN LATERAL (VALUES
        (rolsuper, 'it is a superuser'),
        (rolcreaterole, 'it may make roles'),
        (rolcreatedb, 'it may make databases'),
        (rolreplication, 'it may replicate'),
        (rolbypassrls, 'it bypasses row security')
    ) AS powers (has, power)
    WHERE has ORDER BY power
"""
OWNED: Final = f"""
    SELECT DISTINCT format('it owns %s', thing)
    FROM (
        SELECT relowner AS owner, oid::regclass::text AS thing FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
        UNION ALL
        SELECT nspowner, 'schema ' || nspname FROM pg_namespace WHERE nspname = current_schema()
        UNION ALL
        SELECT proowner, oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        UNION ALL
        SELECT datdba, 'the database' FROM pg_database WHERE datname = current_database()
    ) AS owned
    JOIN ({REACHABLE}) AS mine ON mine.oid = owner
    ORDER BY 1 LIMIT 3
"""
MAKING: Final = f"""
    SELECT DISTINCT format('it may make tables in schema %s', nspname)
    FROM pg_namespace, ({REACHABLE}) AS mine
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND has_schema_privilege(mine.oid, pg_namespace.oid, 'CREATE')
    UNION ALL
    SELECT DISTINCT 'it may make schemas' FROM ({REACHABLE}) AS mine
    WHERE has_database_privilege(mine.oid, current_database(), 'CREATE')
"""
TABLES: Final = f"""
    SELECT DISTINCT relname::text, kind
    FROM pg_class, unnest(%s::text[]) AS kind, ({REACHABLE}) AS mine
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
      AND CASE kind WHEN 'UPDATE' THEN has_any_column_privilege(mine.oid, pg_class.oid, kind)
          ELSE has_table_privilege(mine.oid, pg_class.oid, kind) END
    ORDER BY 1, 2
"""
# Of the roles that PostgreSQL comes with, those whose members act as the server's own account,
# write every table, or end others' sessions.
PREDEFINED: Final = f"""
    SELECT format('it is a member of %s', rolname) FROM ({REACHABLE}) AS mine
    WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files',
        'pg_write_server_files', 'pg_write_all_data', 'pg_maintain', 'pg_signal_backend',
        'pg_create_subscription')
    ORDER BY 1
"""
# Settings that only a superuser may change can be granted since PostgreSQL 15: one switches the
# triggers off, others name a program that the server runs.
SWITCH: Final = f"""
    SELECT DISTINCT format('it may %s %s', lower(privilege_type), parname)
    FROM pg_parameter_acl, aclexplode(paracl)
    WHERE grantee = 0 OR grantee IN (SELECT oid FROM ({REACHABLE}) AS mine)
    ORDER BY 1
"""
ADVICE: Final = "docs/production.md, Two roles of the database, says how to set them up."

# Longest that a start waits for the answer.
TIMEOUT_SECONDS: Final = 3.0
# How long /readyz believes an answer.
BELIEVE_SECONDS: Final = 60.0

logger = logging.getLogger(__name__)
_degraded: tuple[float, tuple[str, ...]] = (-math.inf, ())


def excesses() -> list[str]:
    """Return all that the role of this process may do and must not; empty where all is well."""
    with connection.cursor() as cursor:
        found = _read(cursor, POWERS)
        if "it is a superuser" in found:  # who may do all that is below, too
            return found
        return [
            *found,
            *_read(cursor, PREDEFINED),
            *_read(cursor, OWNED),
            *_read(cursor, MAKING),
            *_switch(cursor),
            *_tables(cursor),
        ]


def refuse_excesses() -> None:
    """End this process in production if its role could change the log.

    Without a database there is nothing to ask; the pages are served, and /readyz asks later.

    Raises:
        SystemExit: it could, or it knows the owner's password; the message says how.
    """
    if settings.DEVELOPMENT:
        return
    if settings.DATABASE_OWNER:
        raise SystemExit(
            "candor: setting DATABASE_OWNER_URL: is for migrate and restore alone; this program"
            f" must not know it\n{ADVICE}"
        )
    try:
        with impatient(TIMEOUT_SECONDS):
            found = excesses()
    except DatabaseError as error:
        logger.warning("the rights of the database's role are not checked yet: %s", error)
        return
    finally:
        connection.close()
    if found:
        raise SystemExit(f"candor: {describe(found)}\n{ADVICE}")


def degraded() -> tuple[str, ...]:
    """Return what /readyz is to name: rights that were granted, or found, after the start."""
    global _degraded
    asked_at, reasons = _degraded
    if time.monotonic() - asked_at > BELIEVE_SECONDS:
        found = excesses()
        if found:
            logger.error(describe(found))
        reasons = ("database_role",) if found else ()
        _degraded = (time.monotonic(), reasons)
    return reasons


def describe(found: list[str]) -> str:
    """Return the whole finding in a sentence."""
    return (
        f"setting DATABASE_URL: its role {settings.DATABASES['default']['USER']} could change what"
        f" was published: {'; '.join(found)}"
    )


def _read(cursor: Any, query: str) -> list[str]:
    cursor.execute(query)
    return [text for (text,) in cursor.fetchall()]


def _switch(cursor: Any) -> list[str]:
    return _read(cursor, SWITCH) if connection.connection.info.server_version >= 150000 else []


def _tables(cursor: Any) -> Iterator[str]:
    cursor.execute(TABLES, [sorted(ORDINARY | OF_THE_OWNER)])
    for table, kind in cursor.fetchall():
        if kind in OF_THE_OWNER or kind not in RIGHTS.get(table, ORDINARY):
            yield f"it may {kind} {table}"
