"""Configure the monitors app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitorsConfig(AppConfig):
    """Signals from monitors, and the rules that turn them into incident drafts."""

    name = "statuspage.monitors"
    verbose_name = _("Signals from monitors")
