"""Configure the statements app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """Statements: the append-only, signed log of everything published."""

    name = "statuspage.statements"
    verbose_name = _("Statements")

    def ready(self) -> None:
        """Have every restoration recorded."""
        from statuspage.lib.restoring import on_restore
        from statuspage.statements.restoring import RECORD

        on_restore(RECORD)
