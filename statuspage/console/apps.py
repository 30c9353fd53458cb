"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Room of the staff console."""

    name = "statuspage.console"
    verbose_name = _("Console")
