"""Replaces Django's command: nobody makes an account that nobody else confirms."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py createsuperuser`, which refuses."""

    help = "Not here: `candor staff_first` makes the first two people."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, and name what to use."""
        raise CommandError(
            "There are no superusers here. The first two people: candor staff_first. "
            "Another account: candor staff_add, or the page People in the console."
        )
