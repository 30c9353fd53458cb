"""`manage.py seed_demo`: people, components and a story for a first look."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.demo.calendar import seed_calendar
from statuspage.demo.people import seed_people
from statuspage.demo.reference import seed_reference
from statuspage.demo.rules import seed_rules
from statuspage.demo.story import seed_story
from statuspage.demo.subscribers import seed_subscribers
from statuspage.statements.models import Statement


class Command(BaseCommand):
    """Does nothing to a log that has a statement in it, and nothing at all in production."""

    help = "Fill an empty database with the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once on a new database; later only staff, calendar and rules are checked.

        Raises:
            CommandError: DEBUG is off.
        """
        if not settings.DEVELOPMENT:
            raise CommandError("the demonstration is only for DEBUG=true")
        author = seed_people(settings.DATA_DIR / "demo_staff.json")
        seed_calendar()
        seed_rules()
        if Statement.objects.exists():
            return
        with transaction.atomic():
            seed_story(seed_reference(), author)
            seed_subscribers()
