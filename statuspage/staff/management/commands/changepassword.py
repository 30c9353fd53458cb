"""Replaces Django's command: nobody sets the password of another."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py changepassword`, which refuses."""

    help = "Not here: `candor staff_reset` gives somebody a new link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what Django's command took."""
        parser.add_argument("username", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, and name what to use."""
        raise CommandError("Nobody sets another's password here. Use: candor staff_reset NAME")
