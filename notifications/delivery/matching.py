"""Who is sent a broadcast, and until when it waits, in SQL: nothing else decides either."""

from typing import Any, Final

from django.conf import settings
from psycopg.types.json import Jsonb

from notifications.channels import media
from notifications.delivery.dimensions import NARROWING, OF_AGENTS, fits, fits_one, was_told
from notifications.media import VOICE


def wants(address: str, subscription: str, broadcast: str = "b") -> str:
    """Return SQL for whether an address is chosen for a broadcast; nothing else decides that.

    The arguments are aliases of rows; `p` is the subscriber. The broadcast may be any row of the
    same shape.
    """
    b = broadcast
    return f"""
        {takes(address, subscription, b)}
        AND CASE
            WHEN {b}.named IS NULL AND p.agent
            THEN {b}.agents <> 'not' AND {fits(OF_AGENTS, b)} OR {was_told(b)}
            WHEN {b}.named IS NULL
            THEN {b}.agents <> 'only' AND {fits_one("categories", b)} AND {fits(NARROWING, b)}
                 OR {was_told(b)}
            ELSE {_is_named(b)} END
    """


def takes(address: str, subscription: str, broadcast: str = "b") -> str:
    """Return SQL for whether an address takes a broadcast, whoever that is for."""
    b = broadcast
    return f"""
        {welcome(address)}
        AND (cardinality({b}.channels) = 0 OR {address}.channel = ANY({b}.channels))
        AND {b}.topic = ANY({subscription}.topics)
        AND (cardinality({subscription}.components) = 0 OR cardinality({b}.components) = 0
             OR {subscription}.components && {b}.components)
    """


def welcome(address: str) -> str:
    """Return SQL for whether anything may be sent to an address."""
    return f"{address}.confirmed_at IS NOT NULL AND {address}.suppressed_at IS NULL"


def in_chain(address: str) -> str:
    """Return SQL for whether an address is one of those of which only one is told.

    A call is none: it comes beside them, and takes no other's place.
    """
    return f"{address}.channel <> '{VOICE}'"


def stays_chosen(broadcast: str = "b") -> str:
    """Return SQL for whether a subscriber once chosen is still sent it, at whichever address.

    What is known of them may change between a try and the next, and changes nothing. Only news of
    a merchant's own transactions ends with the wish for it, and what is for agents alone with
    being one.
    """
    b = broadcast
    return (
        f"CASE WHEN {b}.named IS NULL THEN p.agent OR {b}.agents <> 'only' ELSE {_is_named(b)} END"
    )


def _is_named(b: str) -> str:
    return f"""
        EXISTS (
            SELECT FROM settlement_settledmerchant merchant
            WHERE merchant.statement_number = {b}.named
              AND merchant.merchant_key = p.merchant_key)
    """


# A subscriber told one by one gets it at the first address that wants it; claim.py has the others.
MATCHES: Final = f"""
    {wants("a", "s")}
    AND NOT (p.one_by_one AND {in_chain("a")} AND EXISTS (
        SELECT FROM subscribers_address earlier
        JOIN subscribers_subscription its ON its.address_id = earlier.id
        WHERE earlier.subscriber_id = p.id
          AND (earlier.position, earlier.id) < (a.position, a.id)
          AND {in_chain("earlier")}
          AND {wants("earlier", "its")}
    ))
"""
FROM: Final = """
    subscribers_address a
    JOIN subscribers_subscription s ON s.address_id = a.id
    JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""
# An audience that has no broadcast yet, in the shape of one; the parameters are its fields.
AUDIENCE: Final = """
    (VALUES (%(topic)s::varchar, %(components)s::varchar[], %(categories)s::varchar[],
             %(channels)s::varchar[], %(named)s::bigint, %(agents)s::varchar, false,
             %(products)s::varchar[], %(terminal_models)s::varchar[], %(cycles)s::varchar[],
             %(agent_keys)s::varchar[], %(provinces)s::varchar[], %(narrow)s::boolean,
             %(left_out)s::varchar[], %(follows)s::bigint[]))
        AS b (topic, components, categories, channels, named, agents, wakes,
              products, terminal_models, cycles, agent_keys, provinces, narrow,
              left_out, follows)
"""
# Until when it waits for the end of its recipient's quiet hours; NULL where nothing has to
# wait. `b` is the broadcast, `p` the subscriber, `a` the address.
QUIET_UNTIL: Final = """
    CASE WHEN %(quiet_from)s::time IS NULL OR b.wakes OR NOT p.quiet
              OR a.channel <> ALL(%(ringing)s)
        THEN NULL
    ELSE (
        SELECT CASE
            WHEN %(quiet_from)s::time <= %(quiet_until)s::time THEN
                CASE WHEN here.clock::time >= %(quiet_from)s AND here.clock::time < %(quiet_until)s
                    THEN (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone END
            WHEN here.clock::time >= %(quiet_from)s THEN
                (here.clock::date + 1 + %(quiet_until)s::time) AT TIME ZONE p.timezone
            WHEN here.clock::time < %(quiet_until)s THEN
                (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone
        END
        FROM (SELECT now() AT TIME ZONE p.timezone AS clock) AS here
    ) END
"""


# The route of an address `a`: see Medium.routes.
ROUTE: Final = """
    CASE WHEN %(routes)s::jsonb -> a.channel ? a.country THEN a.country
         WHEN %(routes)s::jsonb -> a.channel ? a.kind THEN a.kind ELSE '' END
"""


def route_parameters() -> dict[str, Any]:
    """Return the parameters of ROUTE, from the settings."""
    return {"routes": Jsonb({one.name: one.routes[:-1] for one in media()})}


def quiet_parameters() -> dict[str, Any]:
    """Return the parameters of QUIET_UNTIL, from the settings."""
    start, end = settings.QUIET_HOURS or (None, None)
    return {
        "quiet_from": start,
        "quiet_until": end,
        "ringing": [one.name for one in media() if one.rings],
    }
