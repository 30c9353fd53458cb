"""Configure the inbox."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Texts from merchants that are no keyword."""

    name = "notifications.inbox"
    verbose_name = _("Received texts")

    def ready(self) -> None:
        """Take what the keywords leave over, and seal it again when the keys change."""
        from notifications.inbox.services import answer_at_once, text_receive, texts_reseal
        from notifications.subscribers.services.addresses import on_reseal
        from notifications.subscribers.services.inbound import on_text
        from notifications.subscribers.services.replies import on_unknown

        on_text(text_receive)
        on_reseal(texts_reseal)
        on_unknown(answer_at_once)
