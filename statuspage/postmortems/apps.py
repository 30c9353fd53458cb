"""Configure the postmortems app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    """Postmortems: reports after incidents, with follow-up actions."""

    name = "statuspage.postmortems"
    verbose_name = _("Postmortems")

    def ready(self) -> None:
        """Register the hook that allows a new postmortem after one is withdrawn."""
        from statuspage.postmortems.services import postmortem_undo
        from statuspage.statements.services import on_withdraw

        on_withdraw("incident", postmortem_undo)
