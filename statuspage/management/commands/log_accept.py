"""`candor log_accept`: go on from the log as it is in the database, and say so in public."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.statements.accepting import log_accept


class Command(BaseCommand):
    """For a break that is explained, such as a backup restored; on each machine with a copy."""

    help = "Accept the log as it is in the database, after a restore; the reason is public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add who decides, and why."""
        parser.add_argument("--staff", required=True, help="who decides")
        parser.add_argument("--reason", required=True, help="shown at /log/; up to 500 characters")

    def handle(self, *args: Any, staff: str, reason: str, **options: Any) -> None:
        """Accept it, and record that in the audit log.

        Raises:
            CommandError: there is no such person or no reason, or the tree cannot be accepted.
        """
        person = Staff.objects.filter(username=staff, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active member of staff called {staff}.")
        try:
            with transaction.atomic():
                accepted = log_accept(reason=reason)
                record(
                    act="log.accepted",
                    staff=person,
                    target=f"#{accepted.size}",
                    after={"seen": accepted.seen, "root": accepted.root, "reason": reason},
                )
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        self.stdout.write(
            f"The next statement is No. {accepted.size + 1}; up to No. {accepted.seen} had been"
            " seen. /log/ says so, with your reason."
        )
