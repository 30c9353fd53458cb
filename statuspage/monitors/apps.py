"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitorsConfig(AppConfig):
    """Signals from monitors."""

    name = "statuspage.monitors"
    verbose_name = _("Signals from monitors")
