"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationConfig(AppConfig):
    """Reminding staff of promises."""

    name = "notifications.escalation"
    verbose_name = _("Reminders")
