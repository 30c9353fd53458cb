"""Addresses that fail again and again are left alone until somebody revives them."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from notifications.channels.outcomes import Reason
from notifications.delivery.states import DeliveryState
from notifications.delivery.verdicts import Result
from notifications.subscribers.models import Address
from notifications.subscribers.services import addresses_suppress

# Channels whose receivers are programs: one that is gone would be asked for ever.
WATCHED: Final = frozenset({"webhook"})
FAILURES: Final = 10
WITHIN_SECONDS: Final = 3600

# Sorted, so that two workers with results for the same addresses do not wait for each other.
FAILED: Final = """
    UPDATE subscribers_address a
    SET failures = CASE WHEN old.recent THEN a.failures + 1 ELSE 1 END,
        failing_since = CASE WHEN old.recent THEN a.failing_since ELSE now() END
    FROM (
        SELECT id, coalesce(failing_since > now() - make_interval(secs => %s), false) AS recent
        FROM subscribers_address WHERE id = ANY(%s) ORDER BY id FOR UPDATE
    ) AS old
    WHERE a.id = old.id
    RETURNING a.id, a.failures
"""


def quarantine(results: Sequence[Result]) -> None:
    """Count what failed, and stop writing where it was too often within an hour."""
    watched = [one for one in results if one.claimed.channel in WATCHED]
    worked = [one.claimed.address_id for one in watched if one.state == DeliveryState.SENT]
    failed = [one.claimed.address_id for one in watched if _failed(one)]
    if worked:
        Address.objects.filter(pk__in=worked, failures__gt=0).update(failures=0)
    if failed:
        with connection.cursor() as cursor:
            cursor.execute(FAILED, [WITHIN_SECONDS, failed])
            broken = [key for key, failures in cursor.fetchall() if failures >= FAILURES]
        addresses_suppress(broken, reason=Reason.FAILING, source="quarantine")


def _failed(result: Result) -> bool:
    return result.state != DeliveryState.SENT and result.counts
