"""Names the room and registers its checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    """Subscribers, their addresses and what they want to hear about."""

    name = "notifications.subscribers"
    verbose_name = _("Subscribers")

    def ready(self) -> None:
        """Register the system checks."""
        from notifications.subscribers import checks  # noqa: F401
