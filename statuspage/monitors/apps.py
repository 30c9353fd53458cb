"""Configure the monitors app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitorsConfig(AppConfig):
    """Signals from monitors, and the rules that turn them into incident drafts."""

    name = "statuspage.monitors"
    verbose_name = _("Signals from monitors")

    def ready(self) -> None:
        """List what waits: rules to confirm, and incidents whose alerts are over."""
        from statuspage.lib.waiting import waiting_items
        from statuspage.monitors.over import to_resolve
        from statuspage.monitors.waiting import rules_to_confirm

        waiting_items(rules_to_confirm)
        waiting_items(to_resolve)
