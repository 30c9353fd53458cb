"""Read the broadcasts on hold: what is held by channel, and what a release would send."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.channels.media import askable_media
from notifications.delivery.claim import SUPERSEDED, WELCOME
from notifications.delivery.holds import NO_ANSWER
from notifications.delivery.matching import FROM, MATCHES
from notifications.delivery.models import Hold
from notifications.delivery.states import HOLD_OVER, NEVER

COUNT: Final = f"""
    SELECT d.channel, count(*), count(*) FILTER (WHERE d.due_at = %(never)s),
           count(*) FILTER (WHERE d.code = %(no_answer)s),
           count(*) FILTER (WHERE {WELCOME} AND NOT ({SUPERSEDED}))
    FROM delivery_delivery d
    JOIN delivery_broadcast b ON b.statement_id = d.statement_id
    LEFT JOIN subscribers_address a ON a.id = d.address_id
    LEFT JOIN subscribers_subscriber p ON p.id = a.subscriber_id
    WHERE d.statement_id = %(statement)s AND d.state = 'held'
    GROUP BY 1
"""
# Recipients that the broadcast had not found yet when the backup was taken.
TO_COME: Final = f"""
    SELECT a.channel, count(*)
    FROM delivery_broadcast b, {FROM}
    WHERE b.statement_id = %(statement)s AND b.state = 'held' AND b.expanded_at IS NULL
      AND a.id > b.cursor AND a.id <= b.upper AND {MATCHES}
    GROUP BY 1
"""


@dataclass(frozen=True)
class HeldChannel:
    """The messages of a broadcast that are on hold on one channel, to come ones included.

    The provider knows nothing of the `absent` ones, and did not answer about the `unanswered`.
    `sendable` would be sent by a release; the others are replaced or have nobody to go to.
    """

    channel: str
    held: int = 0
    absent: int = 0
    unanswered: int = 0
    sendable: int = 0

    @property
    def askable(self) -> bool:
        """Whether the provider can be asked about this channel's messages."""
        return self.channel in askable_media()

    @property
    def doubtful(self) -> int:
        """The number that may have been sent since the backup."""
        return self.held - self.absent


@dataclass(frozen=True)
class Held:
    """What is on hold of one broadcast, by channel and in all."""

    channels: list[HeldChannel] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All messages on hold."""
        return sum(one.held for one in self.channels)

    @property
    def sendable(self) -> int:
        """The number of messages that a release would send."""
        return sum(one.sendable for one in self.channels)

    @property
    def left_out(self) -> int:
        """The number of messages that not even a release would send."""
        return self.total - self.sendable

    @property
    def doubtful(self) -> int:
        """The number that may have been sent since the backup."""
        return sum(one.doubtful for one in self.channels)

    @property
    def to_ask(self) -> int:
        """The number that the provider has not been asked about, or has not answered."""
        return sum(one.doubtful for one in self.channels if one.askable)


def open_holds() -> QuerySet[Hold]:
    """Return the holds that are not over, the newest statement first."""
    return Hold.objects.exclude(step__in=HOLD_OVER).select_related("broadcast__statement")


def held_of(number: int) -> Held:
    """Count what is on hold of a broadcast."""
    values: dict[str, Any] = {"statement": number, "never": NEVER, "no_answer": NO_ANSWER}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        made = {row[0]: HeldChannel(*row) for row in cursor.fetchall()}
        cursor.execute(TO_COME, values)
        coming = dict(cursor.fetchall())
    rows = [(made.get(name, HeldChannel(name)), coming.get(name, 0)) for name in {*made, *coming}]
    found = [
        HeldChannel(one.channel, one.held + more, one.absent, one.unanswered, one.sendable + more)
        for one, more in rows
    ]
    return Held(sorted(found, key=lambda one: one.channel))


def is_old(hold: Hold) -> bool:
    """Return whether its statement is so old that a release has to be confirmed twice."""
    age = timedelta(hours=settings.RELEASE_TWICE_AFTER_HOURS)
    old = Hold.objects.filter(broadcast__statement__published_at__lte=Now() - age)
    return old.filter(pk=hold.pk).exists()
