"""Configure the monitors app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitorsConfig(AppConfig):
    """Signals from monitors, and the rules that turn them into incident drafts."""

    name = "statuspage.monitors"
    verbose_name = _("Signals from monitors")

    def ready(self) -> None:
        """List what waits: rules to confirm, and incidents whose alerts are over.

        The rules are asked before the words that they publish are changed.
        """
        from statuspage.incidents.services.templates import on_template_change
        from statuspage.lib.waiting import waiting_items
        from statuspage.monitors.over import to_resolve
        from statuspage.monitors.waiting import rules_to_confirm
        from statuspage.monitors.words import check_rule_words

        on_template_change(check_rule_words)
        waiting_items(rules_to_confirm)
        waiting_items(to_resolve)
