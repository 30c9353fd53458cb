"""`manage.py migrate`, as the owner of the tables; then the programs' role gets its rights."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from statuspage.lib.postgres.owner import as_owner, owner
from statuspage.operations.database_roles import grant

ONE_ROLE: Final = (
    "DATABASE_OWNER_URL is not set, so that one role owns the tables and serves everybody: only"
    " triggers protect the log, and they do not bind their owner. Enough for development."
)


class Command(migrate.Command):
    """Django's own, with the two roles of docs/production.md."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it, and the checks before it, as DATABASE_OWNER_URL; the other role may not exist."""
        with as_owner():
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and grant to the role of DATABASE_URL.

        Raises:
            CommandError: in production there is no owner apart from the programs' role.
        """
        if options["check_unapplied"] or options["plan"]:
            super().handle(*args, **options)
            return
        if owner() is None and not settings.DEVELOPMENT:
            raise CommandError(
                "setting DATABASE_OWNER_URL: is required, the role that owns the tables."
                " docs/production.md, Two roles of the database, says how to set them up."
            )
        if owner() is None and options["verbosity"]:
            self.stderr.write(ONE_ROLE)
        super().handle(*args, **options)
        grant()
