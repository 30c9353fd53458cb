"""`manage.py reseal`: after a new key in ADDRESS_KEYS, encrypt addresses and texts with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.subscribers.crypto import CannotDecrypt
from notifications.subscribers.services.addresses import addresses_reseal


class Command(BaseCommand):
    """Runs beside everything else; the old key must stay in ADDRESS_KEYS until it is done."""

    help = "Seal every address and received text with the newest of ADDRESS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt every address, secret and received text with the newest key.

        Raises:
            CommandError: a key is missing.
        """
        try:
            count = addresses_reseal()
        except CannotDecrypt as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} addresses and texts are sealed with the newest key")
