"""Configure the inbox."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Texts from merchants that are no keyword."""

    name = "notifications.inbox"
    verbose_name = _("Received texts")

    def ready(self) -> None:
        """Take what the keywords leave over."""
        from notifications.inbox.services import text_receive
        from notifications.subscribers.services.inbound import on_text

        on_text(text_receive)
