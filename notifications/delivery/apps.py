"""Names the room and hooks it into publishing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Broadcasts and deliveries."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for every statement in its transaction; register checks and figures."""
        from notifications.delivery import checks  # noqa: F401
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import measured
        from statuspage.operations.metrics import measures
        from statuspage.statements.outbox import on_publish

        on_publish(broadcast_open)
        measures(measured)
