"""Issues an API token and prints its secret, once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from statuspage.staff.models import Staff
from statuspage.staff.permissions import scopes_for
from statuspage.staff.roles import Scope
from statuspage.staff.services import token_issue

YEAR: Final = 365


class Command(BaseCommand):
    """`manage.py token_issue --staff NAME --name PURPOSE [--days N] [--alone [--confirmed]]`."""

    help = "Issue an API token that acts for a member of staff; its secret is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person, the purpose and the validity."""
        parser.add_argument("--staff", required=True, help="user name of whom it acts for")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument(
            "--alone",
            action="store_true",
            help="it publishes without approval too, once a second person confirmed it",
        )
        parser.add_argument(
            "--confirmed",
            action="store_true",
            help="with --alone: it works at once, without a second person; the audit log says so",
        )
        parser.add_argument(
            "--days", type=int, default=YEAR, help=f"days until it expires; left out, {YEAR}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the secret and nothing else, so that it can be piped."""
        staff = Staff.objects.filter(username=options["staff"], is_active=True).first()
        if staff is None:
            raise CommandError(f"There is no active member of staff called {options['staff']}.")
        days = options["days"]
        if not 1 <= days <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        scopes = [one.value for one in scopes_for(staff) if options["alone"] or one != Scope.ALONE]
        if options["alone"] and Scope.ALONE not in scopes:
            raise CommandError(f"{staff.username} may not publish without approval.")
        secret = token_issue(
            name=options["name"],
            staff=staff,
            scopes=scopes,
            expires_at=timezone.now() + timedelta(days=days),
            confirmed=options["confirmed"],
        )
        self.stdout.write(secret)
        if options["alone"] and not options["confirmed"]:
            self.stderr.write("It works once a second person has confirmed it in the console.")
