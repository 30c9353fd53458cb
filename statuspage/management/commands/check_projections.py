"""`candor check_projections`: compare what pages show with what the statements say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.projections.services import projections_check


class Command(BaseCommand):
    """Names each difference; ends with 1 where there is one."""

    help = "Compare incidents, maintenances, notices, component states and uptime with the log."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare now.

        Raises:
            CommandError: pages show something that no statement says.
        """
        found = projections_check()
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(f"{len(found)} of what pages show is not what the statements say")
        self.stdout.write("pages show what the statements say")
