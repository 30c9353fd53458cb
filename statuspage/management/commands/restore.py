"""`manage.py restore FILE`: a new database from a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from statuspage.lib.database_clock import database_now
from statuspage.lib.restoring import RestoreRequest, restore_reports
from statuspage.operations.backup import restore
from statuspage.projections.comparing import differences
from statuspage.statements.copies import copy_last


class Command(BaseCommand):
    """Restores into an empty database only, with everything unfinished on hold; checks hashes."""

    help = "Fill an empty database from a backup."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file to read."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity",
            type=Path,
            metavar="FILE",
            help="the file of age-keygen with the secret key, for a backup that is encrypted",
        )
        parser.add_argument(
            "--erased",
            action="append",
            default=[],
            type=Path,
            metavar="LIST",
            help="a list of erased people (DATA_DIR/erased.list) of the lost machine; repeatable",
        )
        parser.add_argument(
            "--without-list",
            action="store_true",
            help="every such list is lost: go on with what stands beside the backups",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore the backup, and check what is in it.

        Raises:
            BackupError: the restore failed, or a statement's hash does not match its content.
        """
        request = RestoreRequest(
            options["file"], lists=options["erased"], without_list=options["without_list"]
        )
        since = database_now()
        head = restore(options["file"], request, options["identity"])
        self.stdout.write(f"restored; the log is whole up to statement {head}")
        for said in restore_reports(since):
            self.stdout.write(said)
        self.stdout.write(
            "What was unfinished in the backup is on hold; nothing of it is sent until you decide"
            " in the console, under Delivery, On hold."
        )
        self.stdout.write(
            f"If a statement newer than {head} was ever public, it is missing here. Before you"
            ' publish anything, read "After a restore" in docs/operations.md.'
        )
        kept = copy_last()
        if kept and kept.size > head:
            self.stdout.write(
                f"This machine's copy of the log has got to statement {kept.size}: nothing can be"
                " published until you decide with `candor log_accept`."
            )
        self._compare()

    def _compare(self) -> None:
        """Compare what pages will show with the log.

        Raises:
            CommandError: something differs; it was so in the backup.
        """
        try:
            found = differences()
        except DatabaseError:
            self.stdout.write(
                "The backup is of an earlier release: migrate, then run candor check_projections."
            )
            return
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError("pages show something that no statement says; see docs/log.md")
