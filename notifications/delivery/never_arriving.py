"""Stop addresses whose letters all came back on several days, though none for good.

A mailbox that is full, or a server that is away, may be there again the next day. One that has
taken nothing on five days is nobody's any more, and mail services trust a sender less who goes on.
"""

from collections.abc import Collection
from typing import Final

from django.db import connection

from notifications.channels.outcomes import Reason
from notifications.media import EMAIL
from notifications.subscribers.services.subscriptions import addresses_suppress

DAYS: Final = 5
# How far back, in days and in statements: a few look-ups by the index for each address.
BACK_DAYS: Final = 90
STATEMENTS: Final = 60
# What is about the mailbox or its server, and not about us or the letter.
RETURNED: Final = (Reason.UNREACHABLE, Reason.BAD_ADDRESS)
SOURCE: Final = "returned"

# Of each address the letters since the last one that did not come back. Those that are newer than
# what has come back say nothing yet: they may come back as well. Days are those in China.
ALL_RETURNED: Final = """
    WITH recent AS (
        SELECT statement_id, s.published_at
        FROM delivery_broadcast JOIN statements_statement s ON s.number = statement_id
        WHERE s.published_at > now() - make_interval(days => %(back)s)
        ORDER BY s.published_at DESC LIMIT %(statements)s
    ), letter AS (
        SELECT d.address_id, coalesce(d.sent_at, d.published_at) AS at,
               d.state IN ('undelivered', 'failed') AS returned
        FROM recent r
        JOIN delivery_delivery d USING (statement_id, published_at)
        JOIN subscribers_address a ON a.id = d.address_id
        WHERE d.address_id = ANY(%(ids)s) AND d.channel = %(channel)s
          AND (d.state IN ('sent', 'delivered')
               OR (d.state IN ('undelivered', 'failed') AND d.reason = ANY(%(reasons)s)))
          AND (a.revived_at IS NULL OR coalesce(d.sent_at, d.published_at) > a.revived_at)
    ), ending AS (
        SELECT address_id, max(at) AS at FROM letter WHERE returned GROUP BY address_id
    ), arrived AS (
        SELECT address_id, max(letter.at) AS at
        FROM letter JOIN ending USING (address_id)
        WHERE NOT returned AND letter.at < ending.at GROUP BY address_id
    )
    SELECT address_id
    FROM letter LEFT JOIN arrived USING (address_id)
    WHERE returned AND (arrived.at IS NULL OR letter.at > arrived.at)
    GROUP BY address_id
    HAVING count(DISTINCT (letter.at AT TIME ZONE 'Asia/Shanghai')::date) >= %(days)s
    ORDER BY address_id
"""


def never_arriving_stop(address_ids: Collection[int]) -> None:
    """Stop those of these e-mail addresses at which nothing has arrived on so many days.

    Call it after the results or receipts of their letters are written, in the same transaction.
    """
    if not address_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            ALL_RETURNED,
            {
                "ids": [*address_ids],
                "channel": EMAIL,
                "reasons": [str(one) for one in RETURNED],
                "back": BACK_DAYS,
                "statements": STATEMENTS,
                "days": DAYS,
            },
        )
        found = [key for (key,) in cursor.fetchall()]
    addresses_suppress(found, reason=Reason.UNREACHABLE, source=SOURCE)
