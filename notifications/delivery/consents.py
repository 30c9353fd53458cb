"""The consents that deliveries hold: one a message, taken with the claim, exact to the last one.

Which delivery holds a consent is in the consent's own row. So a copy of a claim takes no second
one, a killed worker loses none, and what became of it always follows from the delivery's state.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection

# Those that hold one already, from a try whose end is not known, keep it. Free ones are locked in
# order: who comes at the same time waits, and then sees which are left.
TAKE: Final = """
    WITH asked AS (
        SELECT one.delivery_id, one.template, a.channel, a.blind_index
        FROM unnest(%(ids)s::bigint[], %(addresses)s::bigint[], %(templates)s::text[])
             AS one (delivery_id, address_id, template)
        JOIN subscribers_address a ON a.id = one.address_id
    ), held AS (
        SELECT c.delivery_id FROM subscribers_messageconsent c
        JOIN asked ON asked.delivery_id = c.delivery_id AND asked.template = c.template
        WHERE c.delivery_id = ANY(%(ids)s) AND c.ended_at IS NULL
    ), lasting AS (
        SELECT asked.delivery_id FROM asked
        WHERE asked.template = ANY(%(lasting)s) AND EXISTS (
            SELECT FROM subscribers_messageconsent c
            WHERE c.channel = asked.channel AND c.blind_index = asked.blind_index
              AND c.template = asked.template AND c.ended_at IS NULL)
    ), wanting AS (
        SELECT *, row_number() OVER (
            PARTITION BY channel, blind_index, template ORDER BY delivery_id) AS place
        FROM asked
        WHERE delivery_id NOT IN (SELECT delivery_id FROM held)
          AND template <> ALL(%(lasting)s)
    ), free AS (
        SELECT id, channel, blind_index, template FROM subscribers_messageconsent
        WHERE (channel, blind_index, template)
              IN (SELECT channel, blind_index, template FROM wanting)
          AND ended_at IS NULL AND delivery_id IS NULL
        ORDER BY id
        FOR UPDATE
    ), placed AS (
        SELECT *, row_number() OVER (
            PARTITION BY channel, blind_index, template ORDER BY id) AS place
        FROM free
    ), taken AS (
        UPDATE subscribers_messageconsent c
        SET delivery_id = wanting.delivery_id
        FROM placed
        JOIN wanting USING (channel, blind_index, template, place)
        WHERE c.id = placed.id
        RETURNING c.delivery_id
    )
    SELECT delivery_id FROM taken
    UNION SELECT delivery_id FROM held
    UNION SELECT delivery_id FROM lasting
"""
# It was no try; but an earlier one, by another provider, may have gone out.
REFUSE: Final = """
    UPDATE delivery_delivery d
    SET state = CASE WHEN d.may_be_sent THEN 'unconfirmed' ELSE 'suppressed' END,
        reason = 'no_consent', code = '', attempts = d.attempts - 1,
        settled_at = now(), updated_at = now()
    WHERE d.id = ANY(%s) AND d.published_at = ANY(%s) AND d.state = 'sending'
"""
# Another provider of the medium needs none, and sends it once it is up, as long as that is worth
# waiting for. No reason is noted: one of a consent would use up what this delivery may hold later.
WAIT: Final = """
    UPDATE delivery_delivery d
    SET state = 'pending', reason = '', code = '', attempts = d.attempts - 1,
        due_at = now() + interval '1 minute', updated_at = now()
    WHERE d.id = ANY(%s) AND d.published_at = ANY(%s) AND d.state = 'sending'
      AND d.first_tried_at > now() - make_interval(hours => %s)
"""
# A consent ends with the message that went out, or may have and is not tried again. Where nothing
# went out it is free again; where WeChat says that there is none, there is none.
SETTLE: Final = """
    WITH due AS (
        SELECT c.id, d.state, d.reason,
               d.state IN ('sent', 'delivered', 'undelivered', 'unconfirmed')
               OR d.reason = 'no_consent'
               OR (d.state IN ('failed', 'superseded', 'suppressed') AND d.may_be_sent)
               OR (d.state = 'unknown' AND d.settled_at IS NOT NULL) AS used,
               d.state IN ('pending', 'failed', 'superseded', 'suppressed') AND NOT d.may_be_sent
               AS unused
        FROM subscribers_messageconsent c
        JOIN delivery_delivery d ON d.id = c.delivery_id
        WHERE c.delivery_id IS NOT NULL AND c.ended_at IS NULL AND {which}
        ORDER BY c.id
        FOR UPDATE OF c {busy}
    )
    UPDATE subscribers_messageconsent c
    SET ended_at = CASE WHEN due.used THEN now() END,
        delivery_id = CASE WHEN due.used THEN c.delivery_id END
    FROM due
    WHERE c.id = due.id AND (due.used OR due.unused)
"""
SETTLE_THESE: Final = SETTLE.format(which="d.id = ANY(%s) AND d.published_at = ANY(%s)", busy="")
# Beside receipts and what staff decide. A worker that is just writing a result settles its own.
SETTLE_ALL: Final = SETTLE.format(
    which="d.published_at > now() - interval '400 days'", busy="SKIP LOCKED"
)
# WeChat has no consent left for the template: ours are wrong.
VOID: Final = """
    UPDATE subscribers_messageconsent c
    SET ended_at = now()
    FROM subscribers_messageconsent refused
    JOIN delivery_delivery d ON d.id = refused.delivery_id
    WHERE d.id = ANY(%s) AND d.published_at = ANY(%s)
      AND d.state = 'failed' AND d.reason = 'no_consent'
      AND c.channel = refused.channel AND c.blind_index = refused.blind_index
      AND c.template = refused.template AND c.ended_at IS NULL AND c.delivery_id IS NULL
"""


def consents_take(wanted: Sequence[tuple[int, int, str]]) -> frozenset[int]:
    """Take a consent for each delivery; return the ids of those that have one now.

    `wanted` are deliveries with their addresses' ids and their templates. A consent to a lasting
    template is not used up. Call it in the transaction of the claim.
    """
    if not wanted:
        return frozenset()
    ids, addresses, templates = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "ids": ids,
                "addresses": addresses,
                "templates": templates,
                "lasting": settings.WECHAT_LASTING_TEMPLATES,
            },
        )
        return frozenset(row[0] for row in cursor.fetchall())


def consents_refuse(deliveries: Sequence[tuple[int, datetime]]) -> None:
    """Settle claimed deliveries for which there is no consent, before anything was sent."""
    _change(REFUSE, deliveries)


def consents_wait(deliveries: Sequence[tuple[int, datetime]]) -> None:
    """Put claimed deliveries for which there is no consent back: another provider needs none.

    What has waited for DELIVERY_GIVE_UP_HOURS is settled instead.
    """
    _change(WAIT, deliveries, settings.DELIVERY_GIVE_UP_HOURS)
    _change(REFUSE, deliveries)


def _change(sql: str, deliveries: Sequence[tuple[int, datetime]], *more: int) -> None:
    if deliveries:
        keys = [key for key, _ in deliveries]
        moments = list({moment for _, moment in deliveries})
        with connection.cursor() as cursor:
            cursor.execute(sql, [keys, moments, *more])


def consents_settle(deliveries: Sequence[tuple[int, datetime]]) -> None:
    """Use up or free what these deliveries, by id and published_at, hold, as their states say.

    Call it in the transaction that writes the states.
    """
    if not deliveries:
        return
    keys: list[Any] = [
        [key for key, _ in deliveries],
        list({moment for _, moment in deliveries}),
    ]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_THESE, keys)
        if cursor.rowcount:
            cursor.execute(VOID, keys)


def consents_sweep() -> int:
    """Settle the consents of deliveries that came to an end otherwise; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_ALL)
        return int(cursor.rowcount)
