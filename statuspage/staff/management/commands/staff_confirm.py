"""Confirms an account where no second person is left who could."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.staff.models import Staff
from statuspage.staff.second_person import account_confirm_on_server


class Command(BaseCommand):
    """`manage.py staff_confirm NAME`."""

    help = "Confirm an account where nobody in the console can; the audit log says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Confirm the account, and record that in the audit log."""
        staff = Staff.objects.filter(username=options["username"], is_active=True).first()
        if staff is None:
            raise CommandError(f"There is no active member of staff called {options['username']}.")
        account_confirm_on_server(staff=staff)
        self.stdout.write(f"{staff.username} ({staff.role}) is confirmed.")
