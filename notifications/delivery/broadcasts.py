"""Opening a broadcast: the outbox row that a statement leaves in its own transaction."""

import logging
from functools import partial
from typing import Final

from django.db import connection, transaction
from django.db.models import Max

from notifications.delivery.audience import audience_of
from notifications.delivery.models import Broadcast
from notifications.delivery.policy import channels_for, may_wake
from notifications.delivery.wake import wake_expand
from notifications.subscribers.models import Address
from statuspage.statements.models import Statement

logger = logging.getLogger(__name__)

# An update says anew what the updates before it said, and a correction what it corrects. Not the
# reverse: a reader of something wrong needs its correction, whatever has happened since.
SUPERSEDE: Final = """
    UPDATE delivery_broadcast b
    SET superseded_by = b.superseded_by || %(number)s::bigint
    FROM statements_statement s
    WHERE b.statement_id = s.number
      AND (s.number = %(corrects)s
           OR (%(corrects)s IS NULL AND s.corrects_id IS NULL AND s.number < %(number)s
               AND s.subject_type = %(subject_type)s AND s.subject_id = %(subject_id)s))
"""


def broadcast_open(statement: Statement) -> None:
    """Open the statement's broadcast and, once it is committed, wake a worker.

    Waking is only a hint: the sweep finds an open broadcast when the hint is lost.
    """
    audience = audience_of(statement.document, tuple(channels_for(statement.document)))
    Broadcast.objects.create(
        statement=statement,
        topic=audience.topic,
        components=list(audience.components),
        categories=list(audience.categories),
        channels=list(audience.channels),
        named=audience.named,
        wakes=may_wake(statement.document),
        upper=Address.objects.aggregate(last=Max("id"))["last"] or 0,
    )
    _supersede(statement)
    transaction.on_commit(partial(_opened, statement.number))


def _opened(number: int) -> None:
    logger.info("statement %d is published", number, extra={"statement": number})
    wake_expand(number)


def _supersede(statement: Statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            SUPERSEDE,
            {
                "number": statement.number,
                "corrects": statement.corrects_id,
                "subject_type": statement.subject_type,
                "subject_id": statement.subject_id,
            },
        )
