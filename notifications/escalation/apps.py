"""Configure the escalation app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationConfig(AppConfig):
    """Escalation: reminders to staff before and after a promised time."""

    name = "notifications.escalation"
    verbose_name = _("Reminders")
