"""Configure the verification app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Message verification: telling our messages from forged ones."""

    name = "notifications.verification"
    verbose_name = _("Message verification")

    def ready(self) -> None:
        """Keep the words of every statement's SMS: inside its transaction, and as it goes out."""
        from notifications.delivery.messages import texts_kept_by
        from notifications.verification.services import text_keep, texts_keep
        from statuspage.statements.services import on_publish

        on_publish(texts_keep)
        texts_kept_by(text_keep)
