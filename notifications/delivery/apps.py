"""Configure the delivery app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Delivery: broadcasts and deliveries to subscribers."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for each statement, hold what a restore finds; register the rest."""
        from notifications.delivery import budget
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import DeliveryCollector
        from notifications.delivery.restoring import HOLD
        from notifications.delivery.selectors import degraded
        from notifications.subscribers.services.codes import codes_booked_by
        from statuspage.lib.restoring import on_restore
        from statuspage.operations.metrics import REGISTRY
        from statuspage.pages.health import degraded_by
        from statuspage.statements.services import on_publish

        on_publish(broadcast_open)
        codes_booked_by(budget.reserve, budget.give_back)
        on_restore(HOLD)
        REGISTRY.register(DeliveryCollector())
        post_migrate.connect(_make_partitions, sender=self)
        degraded_by(degraded)


def _make_partitions(**_given: object) -> None:
    """Make the coming months' partitions, if the table is there: a migration may be undone."""
    from notifications.delivery.partitions import is_there, partitions_make

    if is_there():
        partitions_make()
