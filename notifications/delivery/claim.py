"""Claim deliveries, each held by one worker while its lease runs, and fall back after failures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from notifications.channels import medium as find_medium
from notifications.channels.media import askable_media
from notifications.channels.outcomes import Reason
from notifications.delivery.consents import consents_refuse, consents_take, consents_wait
from notifications.delivery.matching import (
    QUIET_UNTIL,
    ROUTE,
    in_chain,
    quiet_parameters,
    route_parameters,
    stays_chosen,
    takes,
    wants,
    welcome,
)
from notifications.delivery.states import NEVER
from notifications.hints import wake_send
from notifications.media import VOICE

# Only for subscribers who are notified once. What waits for a quota, or for our account to be
# permitted a country, does not wait where there is a next address; everything else has failed for
# good, so that nobody gets a statement twice. Of a statement that was on hold, the next address may
# have been told after the backup: its provider is asked first, or staff decide. Whoever was chosen
# when the broadcast was expanded stays chosen.
FALL_BACK: Final = f"""
    WITH failed AS (
        SELECT d.id, d.published_at, d.statement_id, d.language, d.state, next.id AS address_id,
               next.channel, next.route, next.until,
               EXISTS (SELECT FROM delivery_hold h WHERE h.broadcast_id = d.statement_id)
                   AS restored
        FROM delivery_delivery d
        JOIN delivery_broadcast b ON b.statement_id = d.statement_id
        JOIN subscribers_address from_address ON from_address.id = d.address_id
        JOIN subscribers_subscriber p ON p.id = from_address.subscriber_id AND p.one_by_one
        CROSS JOIN LATERAL (
            SELECT a.id, a.channel, {ROUTE} AS route, {QUIET_UNTIL} AS until
            FROM subscribers_address a
            JOIN subscribers_subscription s ON s.address_id = a.id
            WHERE a.subscriber_id = p.id
              AND (a.position, a.id) > (from_address.position, from_address.id)
              AND {in_chain("a")} AND {takes("a", "s")}
            ORDER BY a.position, a.id
            LIMIT 1
        ) AS next
        WHERE d.id = ANY(%(ids)s) AND d.published_at = ANY(%(moments)s)
          AND (d.state IN ('failed', 'suppressed')
               OR (d.state = 'pending' AND d.reason = ANY(%(put_off)s))
               OR (d.state = 'pending' AND NOT d.may_be_sent AND d.reason = ANY(%(away)s)
                   AND d.first_tried_at < now() - make_interval(secs => %(patience)s))
               OR (d.state = 'undelivered' AND d.reason = ANY(%(dead)s)))
          AND {in_chain("from_address")} AND {stays_chosen()}
    ), created AS (
        INSERT INTO delivery_delivery
            (statement_id, published_at, address_id, channel, route, language, state, due_at,
             first_tried_at)
        SELECT statement_id, published_at, address_id, channel, route, language,
               CASE WHEN restored THEN 'unknown' ELSE 'pending' END,
               CASE WHEN NOT restored THEN coalesce(until, now())
                    WHEN channel = ANY(%(askable)s) THEN now()
                    ELSE %(never)s::timestamptz END,
               CASE WHEN restored THEN published_at END
        FROM failed
        ON CONFLICT (statement_id, address_id, published_at) DO NOTHING
        RETURNING channel
    ), overflowed AS (
        UPDATE delivery_delivery d
        SET state = 'failed', settled_at = now(), updated_at = now()
        FROM failed
        WHERE d.id = failed.id AND d.published_at = failed.published_at AND d.state = 'pending'
    )
    SELECT DISTINCT channel FROM created
"""
# Where there is no such number, nothing arrives later.
DEAD_NUMBER: Final = [str(Reason.UNKNOWN_NUMBER), str(Reason.BAD_ADDRESS)]
PUT_OFF: Final = [str(Reason.QUOTA), str(Reason.NOT_PERMITTED)]
# A message may outwait its provider for days; who has another address is not to wait so long.
AWAY: Final = [str(Reason.CONNECTION), str(Reason.PROVIDER_ERROR)]
PATIENCE_SECONDS: Final = 600.0
# Suppression, consent, supersession and quiet hours are checked in the same SQL statement as the
# claim, because they may have changed since the broadcast was expanded. A newer statement replaces
# an older one at every address that it has reached, or will reach once it is expanded. Nobody is
# called by a newer one that says that the incident is over, or not critical: a call that still
# waits is replaced by it all the same.
SUPERSEDED: Final = f"""
    cardinality(b.superseded_by) > 0 AND (
        (d.channel = '{VOICE}' AND EXISTS (
            SELECT FROM statements_statement newer
            WHERE newer.number = ANY(b.superseded_by)
              AND (newer.corrects_id IS NOT NULL
                   OR newer.document -> 'content' ->> 'status' = 'resolved'
                   OR newer.document -> 'content' ->> 'impact' <> 'critical')))
        OR EXISTS (
            SELECT FROM delivery_delivery newer
            WHERE newer.statement_id = ANY(b.superseded_by)
              AND newer.address_id = d.address_id)
        OR EXISTS (
            SELECT FROM delivery_broadcast newer
            JOIN subscribers_subscription s ON s.address_id = a.id
            WHERE newer.statement_id = ANY(b.superseded_by)
              AND newer.state = 'expanding' AND {wants("a", "s", "newer")})
    )
"""
WELCOME: Final = f"a.id IS NOT NULL AND {welcome('a')} AND {stays_chosen()}"
# What one provider may have sent is repeated by that one alone, which recognises the repetition.
# What has been due for days, because everything was refused or nothing ran, is not sent without
# anybody's asking: staff see it among the failed messages. A call is only worth it while its news
# is: nobody is to be woken by what everybody has read.
CALL_WITHIN_MINUTES: Final = 60
# What is due comes from the index of each month in its order. By statistics from before a broadcast
# there is next to nothing to sort, and every claim would read and sort all that waits.
IN_ORDER: Final = "SET LOCAL enable_sort = off"
CLAIM: Final = f"""
    WITH due AS (
        SELECT id, published_at, channel, statement_id, address_id, may_be_sent, repeat_until,
               due_at < now() - make_interval(hours => %(hours)s)
               OR (channel = '{VOICE}'
                   AND published_at < now() - make_interval(mins => {CALL_WITHIN_MINUTES}))
               AS expired,
               -- A receipt has returned it (returned.py) from this very provider.
               attempts > 0 AND lease_until IS NULL AND channel <> '{VOICE}'
               AND provider = %(provider)s AS returned
        FROM delivery_delivery
        WHERE state = 'pending' AND channel = %(channel)s AND route = %(route)s
          AND due_at <= now()
          AND (coalesce(repeat_until, now()) <= now() OR provider = %(provider)s)
        ORDER BY due_at, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ), checked AS (
        SELECT d.id, d.published_at, d.may_be_sent, d.repeat_until, d.expired, d.returned,
               a.sealed, a.sealed_secret, a.kind,
               {QUIET_UNTIL} AS quiet,
               {WELCOME} AS welcome,
               {SUPERSEDED} AS superseded
        FROM due d
        JOIN delivery_broadcast b ON b.statement_id = d.statement_id
        LEFT JOIN subscribers_address a ON a.id = d.address_id
        LEFT JOIN subscribers_subscriber p ON p.id = a.subscriber_id
    ), judged AS (
        SELECT *, CASE WHEN may_be_sent AND (superseded OR NOT welcome) THEN 'unconfirmed'
                       WHEN superseded THEN 'superseded'
                       WHEN NOT welcome THEN 'suppressed'
                       WHEN expired AND NOT may_be_sent THEN 'failed'
                       WHEN repeat_until <= now() THEN 'unknown'
                       WHEN quiet IS NOT NULL THEN 'pending'
                       ELSE 'sending' END AS verdict
        FROM checked
    )
    UPDATE delivery_delivery d
    SET state = verdict,
        reason = CASE WHEN verdict = 'failed' AND d.reason = '' THEN 'expired' ELSE d.reason END,
        provider = CASE WHEN verdict = 'sending' THEN %(provider)s ELSE d.provider END,
        attempts = d.attempts + (verdict = 'sending')::int,
        due_at = coalesce(quiet, d.due_at),
        fence = d.fence + 1,
        attempt_id = gen_random_uuid(),
        lease_until = now() + make_interval(secs => %(lease)s),
        first_tried_at = coalesce(d.first_tried_at, CASE WHEN verdict = 'sending' THEN now() END),
        sent_at = CASE WHEN verdict = 'unconfirmed' THEN d.first_tried_at ELSE d.sent_at END,
        settled_at = CASE WHEN verdict NOT IN ('sending', 'pending', 'unknown') THEN now() END,
        updated_at = now()
    FROM judged
    WHERE d.id = judged.id AND d.published_at = judged.published_at
    RETURNING d.state, d.channel, d.provider, d.id, d.published_at, d.statement_id, d.address_id,
              d.language, d.attempts, d.attempt_id, d.fence, d.first_tried_at,
              judged.sealed, judged.sealed_secret, judged.kind,
              CASE WHEN judged.returned THEN d.reason ELSE '' END
"""
RENEW: Final = """
    UPDATE delivery_delivery d
    SET lease_until = now() + make_interval(secs => %s)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS held (id, published_at, fence)
    WHERE d.id = held.id AND d.published_at = held.published_at AND d.fence = held.fence
      AND d.state = 'sending'
"""
# Skips what is locked: its worker is alive, and is just writing the result.
EXPIRE: Final = """
    WITH expired AS (
        SELECT id, published_at FROM delivery_delivery
        WHERE state = 'sending' AND lease_until < now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET state = 'unknown', reason = 'timeout', code = 'lease', fence = d.fence + 1,
        may_be_sent = true,
        due_at = now() + make_interval(secs => %s), updated_at = now()
    FROM expired
    WHERE d.id = expired.id AND d.published_at = expired.published_at
"""
# The month is given beside the id because it determines the partition.
LOCK: Final = """
    SELECT FROM delivery_delivery
    WHERE id = ANY(%s) AND published_at = ANY(%s)
    ORDER BY id
    FOR UPDATE
"""


# A condition on delivery_delivery: whether it is one of the messages given as arrays.
IS_ONE_OF: Final = """
    EXISTS (
        SELECT FROM unnest(%(statements)s::bigint[], %(languages)s::text[], %(abroad)s::bool[])
            AS one (statement_id, language, abroad)
        WHERE one.statement_id = delivery_delivery.statement_id
          AND one.language = delivery_delivery.language
          AND (one.abroad IS NULL
               OR one.abroad = (SELECT a.country <> '86' FROM subscribers_address a
                                WHERE a.id = delivery_delivery.address_id)))
"""
# Only what a provider can send, or all but what it cannot (shares.py): the rest is another's.
CLAIM_SHARE: Final = CLAIM.replace(
    "ORDER BY due_at, id", f"AND %(only)s = {IS_ONE_OF} ORDER BY due_at, id", 1
)


# What a provider has just not sent is handed to the next one, and waits for nothing.
HANDED_ON: Final = "id = ANY(%(ids)s) AND published_at = ANY(%(moments)s)"

# A delivery's id and published_at.
DeliveryKey = tuple[int, datetime]


class Claimed(NamedTuple):
    """A delivery that this process may send now, and what it needs for that."""

    channel: str
    provider: str
    id: int
    published_at: datetime
    statement_number: int
    address_id: int
    language: str
    attempts: int
    attempt_id: UUID
    fence: int
    first_tried_at: datetime
    sealed: bytes
    sealed_secret: bytes | None
    kind: str
    # Why this provider did not send it after all, as a receipt said of the last try.
    returned_for: str = ""

    @property
    def this_try(self) -> tuple[int, datetime, int]:
        """What names this try of the delivery, and no other."""
        return self.id, self.published_at, self.fence


def claim(
    medium: str,
    limit: int,
    provider: str = "",
    route: str = "",
    share: Mapping[str, Any] | None = None,
    handed_on: Sequence[DeliveryKey] = (),
    consent_to: Callable[[Claimed], str] | None = None,
    waiting: list[DeliveryKey] | None = None,
) -> tuple[list[Claimed], int]:
    """Claim up to `limit` due deliveries of a medium's route, and commit before anything is sent.

    `provider` will send them; the first choice where none is named. `share` are the parameters of
    what is left to it, where it cannot send everything; `handed_on` the only deliveries to claim,
    whether they are due or not. Where it needs a consent for each message,
    `consent_to` says to which template; where none is left, the next address is used, or it waits
    for another provider and is added to `waiting`, if that is given.
    Returns what may be sent, and how many rows were taken in all (the rest waits or is settled).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IN_ORDER)
        cursor.execute(
            _sql(share, handed_on),
            {
                "channel": medium,
                "route": route,
                "provider": provider or find_medium(medium).leading(route).name,
                "limit": limit,
                "lease": settings.DELIVERY_LEASE_SECONDS,
                "hours": settings.DELIVERY_GIVE_UP_HOURS,
                **quiet_parameters(),
                **(share or {}),
                **_which(handed_on),
            },
        )
        rows = [(row[0], Claimed(*row[1:])) for row in cursor.fetchall()]
        sending = [one for state, one in rows if state == "sending"]
        without = _without_consent(sending, consent_to, waiting) if consent_to else []
        over = [one for state, one in rows if state in ("suppressed", "failed")]
        over += without
        fall_back([(one.id, one.published_at) for one in over])
    return [one for one in sending if one not in without], len(rows)


def _sql(share: Mapping[str, Any] | None, handed_on: Sequence[DeliveryKey]) -> str:
    sql = CLAIM_SHARE if share else CLAIM
    return sql.replace("due_at <= now()", HANDED_ON, 1) if handed_on else sql


def _which(deliveries: Sequence[DeliveryKey]) -> dict[str, Any]:
    return {
        "ids": [key for key, _ in deliveries],
        "moments": list({moment for _, moment in deliveries}),
    }


def _without_consent(
    claimed: Sequence[Claimed],
    consent_to: Callable[[Claimed], str],
    waiting: list[DeliveryKey] | None,
) -> list[Claimed]:
    """Settle, or put back, and return those for which no consent is left; the others hold one now.

    Without a template nothing can be sent, and no consent is used.
    """
    wanted = {one: template for one in claimed if (template := consent_to(one))}
    held = consents_take([(one.id, one.address_id, named) for one, named in wanted.items()])
    without = [one for one in wanted if one.id not in held]
    keys = [(one.id, one.published_at) for one in without]
    if waiting is None:
        consents_refuse(keys)
    else:
        consents_wait(keys)
        waiting += keys
    return without


def lock(deliveries: Collection[DeliveryKey]) -> None:
    """Lock deliveries, given by id and published_at, until the transaction ends.

    Receipts and results arrive for the same messages at the same time, each in its own order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK, [[key for key, _ in deliveries], list({moment for _, moment in deliveries})]
        )


def take_for_look_up(which: str, since: str) -> str:
    """Return SQL that takes due deliveries for a look at their provider, as rows of `Claimed`.

    `which` is a condition on `d`, and `since` what stands for `first_tried_at`: from when on the
    provider may have the message. Its last parameters are how many, and for how many seconds: a
    look holds the row for as long as it may take, and moving due_at on is the lease.
    """
    return f"""
        WITH due AS (
            SELECT d.id, d.published_at, a.sealed, a.sealed_secret, a.kind
            FROM delivery_delivery d
            LEFT JOIN subscribers_address a ON a.id = d.address_id
            WHERE {which} AND d.due_at <= now()
            ORDER BY d.due_at
            LIMIT %s
            FOR UPDATE OF d SKIP LOCKED
        )
        UPDATE delivery_delivery d
        SET fence = d.fence + 1, due_at = now() + make_interval(secs => %s), updated_at = now()
        FROM due
        WHERE d.id = due.id AND d.published_at = due.published_at
        RETURNING d.channel, d.provider, d.id, d.published_at,
                  d.statement_id, d.address_id, d.language, d.attempts, d.attempt_id, d.fence,
                  {since}, due.sealed, due.sealed_secret, due.kind
    """


def renew(held: Sequence[Claimed]) -> None:
    """Extend the leases of what is still being sent."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock([(one.id, one.published_at) for one in held])
        cursor.execute(
            RENEW,
            [
                settings.DELIVERY_LEASE_SECONDS,
                [one.id for one in held],
                [one.published_at for one in held],
                [one.fence for one in held],
            ],
        )


def expire_leases() -> int:
    """Set what a lost worker held to `unknown`: it may or may not have gone out."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [settings.DELIVERY_RESOLVE_AFTER_SECONDS])
        return int(cursor.rowcount)


def fall_back(deliveries: Sequence[DeliveryKey]) -> None:
    """Create deliveries to the next addresses, where these, by id and published_at, failed.

    Call it in the transaction that settles them.
    """
    if not deliveries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            FALL_BACK,
            {
                **_which(deliveries),
                "askable": askable_media(),
                "never": NEVER,
                "dead": DEAD_NUMBER,
                "put_off": PUT_OFF,
                "away": AWAY,
                "patience": PATIENCE_SECONDS,
                **quiet_parameters(),
                **route_parameters(),
            },
        )
        for (channel,) in cursor.fetchall():
            transaction.on_commit(partial(wake_send, channel))
