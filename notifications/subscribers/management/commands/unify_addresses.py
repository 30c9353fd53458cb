"""`manage.py unify_addresses`: make one of the addresses that are the same."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.subscribers.models import Address, Consent, SignUp
from notifications.subscribers.unifying import Models, addresses_unify


class Command(BaseCommand):
    """What the upgrade does by itself, for rows that an older process wrote after it."""

    help = "Index every address by its one spelling, and merge those that are the same."

    def handle(self, *args: Any, **options: Any) -> None:
        """Unify every address; running it again changes nothing."""
        done = addresses_unify(Models(Address, SignUp, Consent))
        self.stdout.write(
            f"{done.changed} addresses changed, {done.merged} merged, {done.unreadable} unreadable"
        )
