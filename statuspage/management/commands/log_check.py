"""`candor log_check`: work the whole log out again, and say what does not fit."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from statuspage.statements.copies import copy_last, copy_path, machine
from statuspage.statements.findings import open_findings
from statuspage.statements.guard import log_follow
from statuspage.statements.models import Cosignature
from statuspage.statements.recompute import log_recompute
from statuspage.statements.tree import newest_checkpoint


class Command(BaseCommand):
    """Compares statements, tree, checkpoints and this machine's copy; ends with 1 for a misfit."""

    help = "Check the public log against its statements and this machine's copy."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check now, and print what is in the database, in the copy, and what is wrong.

        Raises:
            CommandError: something does not fit.
        """
        log_follow()
        log_recompute()
        newest, kept = newest_checkpoint(), copy_last()
        self.stdout.write(f"database: {f'{newest.size} {newest.root}' if newest else 'no log'}")
        self.stdout.write(f"{copy_path()}: {f'{kept.size} {kept.root}' if kept else 'no copy'}")
        cosigned = Cosignature.objects.filter(size=newest.size) if newest else None
        for one in settings.WITNESSES:
            done = cosigned is not None and cosigned.filter(witness=one.name).exists()
            self.stdout.write(f"{one.name}: {'has' if done else 'has not'} cosigned it")
        found = [*open_findings()]
        for each in found:
            where = {"": "any machine", machine(): "this machine"}.get(each.source, each.source)
            place = f" ({each.place})" if each.place else ""
            self.stdout.write(f"{each.found_at:%Y-%m-%d %H:%M}Z {where}: {each.problem}{place}")
        if found:
            raise CommandError("the log does not fit; see docs/log.md")
        self.stdout.write("everything fits")
