"""Configure the delivery app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Delivery: broadcasts and deliveries to subscribers."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for each statement, hold what a restore finds; register metrics."""
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import DeliveryCollector
        from notifications.delivery.restoring import HOLD
        from statuspage.lib.restoring import on_restore
        from statuspage.operations.metrics import REGISTRY
        from statuspage.statements.services import on_publish

        on_publish(broadcast_open)
        on_restore(HOLD)
        REGISTRY.register(DeliveryCollector())
