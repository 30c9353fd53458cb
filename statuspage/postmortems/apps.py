"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    """Postmortems and follow-up actions."""

    name = "statuspage.postmortems"
    verbose_name = _("Postmortems")

    def ready(self) -> None:
        """Withdrawing one lets it be written anew."""
        from statuspage.postmortems import withdrawals  # noqa: F401 - registers itself
