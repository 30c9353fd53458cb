"""Names the room and hooks it into publishing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Telling our messages from those of swindlers."""

    name = "notifications.verification"
    verbose_name = _("Message verification")

    def ready(self) -> None:
        """Keep the words of every statement's SMS, inside its transaction; register the checks."""
        from notifications.verification import checks  # noqa: F401
        from notifications.verification.services import texts_keep
        from statuspage.statements.outbox import on_publish

        on_publish(texts_keep)
