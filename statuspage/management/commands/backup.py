"""`manage.py backup FILE`: a copy of the whole database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from statuspage.operations.backup import backup


class Command(BaseCommand):
    """Backs up a running installation; nothing has to stop."""

    help = "Write the whole database to a file (pg_dump's custom format)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file to write."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the backup.

        Raises:
            BackupError: the backup could not be written.
        """
        head = backup(options["file"])
        self.stdout.write(f"{options['file']}: the log up to statement {head}")
        if not settings.BACKUP_AGE_RECIPIENTS:
            self.stdout.write(
                "It is not encrypted: who reads the file reads the database. Set"
                " BACKUP_AGE_RECIPIENTS."
            )
