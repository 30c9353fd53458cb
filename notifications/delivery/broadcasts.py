"""Opening a broadcast: the outbox row that a statement leaves in its own transaction."""

from django.db import transaction
from django.db.models import Max

from notifications.delivery.audience import audience_of
from notifications.delivery.models import Broadcast
from notifications.delivery.wake import wake_expand
from notifications.subscribers.models import Address
from statuspage.statements.models import Statement


def broadcast_open(statement: Statement) -> None:
    """Open the statement's broadcast and, once it is committed, wake a worker.

    Waking is only a hint: the sweep finds an open broadcast when the hint is lost.
    """
    audience = audience_of(statement.document)
    Broadcast.objects.create(
        statement=statement,
        topic=audience.topic,
        components=list(audience.components),
        categories=list(audience.categories),
        upper=Address.objects.aggregate(last=Max("id"))["last"] or 0,
    )
    transaction.on_commit(lambda: wake_expand(statement.number))
