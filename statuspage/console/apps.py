"""Configure the console app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """The staff console: pages to write, approve, publish and follow statements."""

    name = "statuspage.console"
    verbose_name = _("Console")
