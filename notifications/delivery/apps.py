"""Configure the delivery app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import reachable_channels
from statuspage.lib.env import require_known


class DeliveryConfig(AppConfig):
    """Delivery: broadcasts and deliveries to subscribers."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for each statement in its transaction; register metrics."""
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import DeliveryCollector
        from statuspage.operations.metrics import REGISTRY
        from statuspage.statements.services import on_publish

        on_publish(broadcast_open)
        REGISTRY.register(DeliveryCollector())
        check_settings()


def check_settings() -> None:
    """Refuse a channel in DELIVERY_PREFER_DUP that does not exist.

    Raises:
        ConfigurationError: DELIVERY_PREFER_DUP names an unknown channel.
    """
    known = {one.name for one in reachable_channels()}
    require_known("DELIVERY_PREFER_DUP", settings.DELIVERY_PREFER_DUP, known)
