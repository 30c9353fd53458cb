"""Removes the second factor of someone who lost phone and recovery codes, and gives them a link."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.staff.invitations import link_send
from statuspage.staff.models import AccountChange, Staff
from statuspage.staff.second_factor import factors_remove
from statuspage.staff.second_person import changed, doubtful_tokens_revoke
from statuspage.staff.signing_in import sign_out_elsewhere


class Command(BaseCommand):
    """`manage.py staff_reset NAME`."""

    help = (
        "Remove someone's second factors and sign them out; they set up new ones. "
        "With --link the password goes too, and a one-time link is sent or printed. "
        "Another person then confirms the account."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the person."""
        parser.add_argument("username")
        parser.add_argument("--link", action="store_true", help="a new password as well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove the second factor, and record that in the audit log."""
        staff = Staff.objects.filter(username=options["username"]).first()
        if staff is None:
            raise CommandError(f"There is no member of staff called {options['username']}.")
        with transaction.atomic():
            factors_remove(staff=staff)
            # Whoever has the phone may be signed in on it.
            sign_out_elsewhere(staff=staff, but=None)
            doubtful_tokens_revoke(staff)
            changed(staff, AccountChange.Kind.RESET, None)
        self.stdout.write(f"{staff.username} sets up a second factor at the next sign-in.")
        if options["link"]:
            self._link(staff)
        self.stdout.write("Until another person confirms the account, it cannot approve.")

    def _link(self, staff: Staff) -> None:
        try:
            sent = link_send(staff=staff, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(sent.link or f"A link was sent to {staff.email}.")
