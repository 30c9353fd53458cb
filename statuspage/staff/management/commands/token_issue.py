"""Issues an API token and prints its secret, once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from statuspage.staff.models import Staff
from statuspage.staff.services import token_issue

YEAR: Final = 365


class Command(BaseCommand):
    """`manage.py token_issue --staff NAME --name PURPOSE [--days N]`."""

    help = "Issue an API token that acts for a member of staff; its secret is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person, the purpose and the validity."""
        parser.add_argument("--staff", required=True, help="user name of whom it acts for")
        parser.add_argument("--name", required=True, help="what it is for")
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
        expires_at = timezone.now() + timedelta(days=days)
        self.stdout.write(token_issue(name=options["name"], staff=staff, expires_at=expires_at))
