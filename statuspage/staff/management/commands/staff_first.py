"""Makes the first two people of a new installation."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.staff.invitations import link_send
from statuspage.staff.models import LANGUAGES, Staff
from statuspage.staff.people import account_create
from statuspage.staff.roles import Role
from statuspage.staff.second_person import account_confirm_on_server

TWO: Final = 2


class Command(BaseCommand):
    """`manage.py staff_first --person NAME EMAIL --person NAME EMAIL`."""

    help = (
        "Make the first two people: both administrators, confirmed. Each gets a one-time link to "
        "set a password, by e-mail or, without a mail server, printed here for you to hand over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the two people."""
        parser.add_argument(
            "--person",
            nargs=2,
            action="append",
            metavar=("NAME", "EMAIL"),
            required=True,
            help="user name and e-mail address; twice, for two people",
        )
        languages = [code for code, _name in LANGUAGES]
        parser.add_argument("--language", choices=languages, default=languages[0])
        parser.add_argument(
            "--although-there-are-people",
            action="store_true",
            help="also where there are accounts, such as when nobody can confirm anybody any more",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make both or neither, then send or print the links."""
        people = options["person"]
        self._check(people, options["although_there_are_people"])
        try:
            with transaction.atomic():
                made = [
                    account_create(
                        username=name, email=email, role=Role.ADMIN, language=options["language"]
                    )
                    for name, email in people
                ]
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for staff in made:
            sent = link_send(staff=staff, by=None)
            account_confirm_on_server(staff=staff)
            self.stdout.write(f"{staff.username}: {sent.link or f'link sent to {staff.email}'}")
            if sent.link:
                self.stderr.write(f"Hand it to {staff.username} yourself. {sent.why}")

    def _check(self, people: list[list[str]], anyway: bool) -> None:
        addresses = {email.strip().casefold() for _name, email in people} - {""}
        if len(people) != TWO or len(addresses) != TWO:
            raise CommandError("Name two people, each with an e-mail address of their own.")
        if Staff.objects.exists() and not anyway:
            raise CommandError(
                "There are accounts already. Invite more people in the console, on the page "
                "People; or add --although-there-are-people."
            )
