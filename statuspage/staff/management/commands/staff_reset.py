"""Removes the second factor of someone who lost phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.staff.models import Staff
from statuspage.staff.second_factor import factors_remove


class Command(BaseCommand):
    """`manage.py staff_reset NAME`."""

    help = "Remove someone's authenticator app, passkeys and recovery codes; they set up new ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove the second factor, and record that in the audit log."""
        staff = Staff.objects.filter(username=options["username"]).first()
        if staff is None:
            raise CommandError(f"There is no member of staff called {options['username']}.")
        factors_remove(staff=staff)
        self.stdout.write(f"{staff.username} sets up a second factor at the next sign-in.")
