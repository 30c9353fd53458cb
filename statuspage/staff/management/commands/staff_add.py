"""Adds a member of staff from the server."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.staff.models import Staff
from statuspage.staff.people import account_create
from statuspage.staff.roles import Role
from statuspage.staff.second_person import account_confirm_on_server


class Command(BaseCommand):
    """`manage.py staff_add NAME --role admin`, with the password asked for or on standard input."""

    help = (
        "Add a member of staff. The password is asked for; with --stdin it is read from there. "
        "Before they can approve anything, another person confirms the account in the console."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person and the role."""
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.AUTHOR.value)
        parser.add_argument("--stdin", action="store_true", help="read the password from stdin")
        parser.add_argument(
            "--confirmed",
            action="store_true",
            help="confirm the account too, without a second person; the audit log says so",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the values and create the person."""
        try:
            password = input() if options["stdin"] else getpass()
        except EOFError as error:
            raise CommandError("No password was given.") from error
        try:
            with transaction.atomic():
                staff = _made(options["username"], options["role"], password)
                if options["confirmed"]:
                    account_confirm_on_server(staff=staff)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{staff.username} ({staff.role}) may sign in.")


def _made(username: str, role: str, password: str) -> Staff:
    staff = account_create(username=username, role=role)
    validate_password(password, staff)
    staff.set_password(password)
    staff.save(update_fields=["password"])
    return staff
