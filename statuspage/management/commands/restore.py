"""`manage.py restore FILE`: a new database from a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.operations.backup import BackupError, restore


class Command(BaseCommand):
    """Into an empty database only; afterwards every statement's hash is checked."""

    help = "Fill an empty database from a backup."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill it.

        Raises:
            CommandError: it was not filled, or what is in it is not what was published.
        """
        try:
            head = restore(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored; the log is whole up to statement {head}")
