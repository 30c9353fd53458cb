"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Settlement notices."""

    name = "statuspage.settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        """The log learns what a withdrawn notice undoes; register the checks."""
        from statuspage.settlement import checks, withdrawals  # noqa: F401
