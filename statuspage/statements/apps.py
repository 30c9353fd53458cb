"""Names the room and registers its checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """The log of statements."""

    name = "statuspage.statements"
    verbose_name = _("Statements")

    def ready(self) -> None:
        """Register the system checks."""
        from statuspage.statements import checks  # noqa: F401
