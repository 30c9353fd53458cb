"""Adds a member of staff, such as the first administrator of a new installation."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from statuspage.staff.models import Staff
from statuspage.staff.roles import Role


class Command(BaseCommand):
    """`manage.py staff_add NAME --role admin`, with the password asked for or on standard input."""

    help = "Add a member of staff. The password is asked for; with --stdin it is read from there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person and the role."""
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.AUTHOR.value)
        parser.add_argument("--stdin", action="store_true", help="read the password from stdin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the values and create the person."""
        password = input() if options["stdin"] else getpass()
        staff = Staff(username=options["username"], role=options["role"])
        staff.set_password(password)
        try:
            validate_password(password, staff)
            staff.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        staff.save()
        self.stdout.write(f"{staff.username} ({staff.role}) may sign in.")
