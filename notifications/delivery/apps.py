"""Configure the delivery app."""

from functools import partial
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Delivery: broadcasts and deliveries to subscribers."""

    name = "notifications.delivery"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        """Open a broadcast for each statement, hold what a restore finds; register the rest."""
        from celery import signals

        from notifications.delivery import checks as checks
        from notifications.delivery import listening
        from notifications.delivery.broadcasts import broadcast_open
        from notifications.delivery.metrics import DeliveryCollector
        from notifications.delivery.restoring import HOLD
        from notifications.delivery.selectors import degraded
        from notifications.delivery.singles import notes_send
        from notifications.delivery.template_work import templates_recheck
        from notifications.subscribers.services.codes import codes_go_through
        from statuspage.lib.restoring import on_restore
        from statuspage.operations.metrics import REGISTRY
        from statuspage.pages.health import degraded_by
        from statuspage.statements.services import on_publish

        on_publish(broadcast_open)
        on_publish(_wake_witnesses)
        codes_go_through(notes_send)
        on_restore(HOLD)
        listening.set_up()
        REGISTRY.register(DeliveryCollector())
        post_migrate.connect(_make_partitions, sender=self)
        degraded_by(degraded)
        signals.beat_init.connect(templates_recheck)


def _wake_witnesses(_statement: Any) -> None:
    """Have the witnesses asked once it is committed; beat does so too, a little later."""
    from notifications.hints import hint

    if settings.WITNESSES:
        transaction.on_commit(partial(hint, "statements.cosign"))


def _make_partitions(**_given: object) -> None:
    """Make the coming months' partitions, if the table is there: a migration may be undone."""
    from notifications.delivery.partitions import is_there, partitions_make

    if is_there():
        partitions_make()
