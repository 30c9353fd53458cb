"""Configure the delivery app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Delivery: broadcasts and deliveries to subscribers."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for each statement in its transaction; register metrics and health."""
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import DeliveryCollector
        from notifications.delivery.selectors import degraded
        from statuspage.operations.metrics import REGISTRY
        from statuspage.pages.health import degraded_by
        from statuspage.statements.services import on_publish

        on_publish(broadcast_open)
        REGISTRY.register(DeliveryCollector())
        degraded_by(degraded)
