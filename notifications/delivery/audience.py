"""Whom a statement concerns, and how many of them there are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from notifications.delivery.models import Broadcast
from notifications.subscribers.topics import Topic
from statuspage.settlement.notices import every_kind

# By the statement's subject, so that a correction reaches those whom the original reached.
TOPIC_OF: Final = {
    "incident": Topic.INCIDENT,
    "maintenance": Topic.MAINTENANCE,
    "notice": Topic.NOTICE,
}

NAMING: Final = frozenset(f"notice.{one.name}" for one in every_kind() if one.to_named)


def wants(address: str, subscription: str, broadcast: str = "b") -> str:
    """SQL, and the one place that says who hears what: whether an address is to be told.

    The arguments are aliases of rows; `p` is the subscriber. The broadcast may be any row of the
    same shape.
    """
    b = broadcast
    return f"""
        {address}.confirmed_at IS NOT NULL
        AND {address}.suppressed_at IS NULL
        AND (cardinality({b}.channels) = 0 OR {address}.channel = ANY({b}.channels))
        AND {b}.topic = ANY({subscription}.topics)
        AND (cardinality({subscription}.components) = 0 OR cardinality({b}.components) = 0
             OR {subscription}.components && {b}.components)
        AND CASE WHEN {b}.named IS NULL
            THEN cardinality({b}.categories) = 0 OR p.category = ''
                 OR p.category = ANY({b}.categories)
            ELSE EXISTS (
                SELECT FROM settlement_settledmerchant merchant
                WHERE merchant.statement_number = {b}.named
                  AND merchant.merchant_key = p.merchant_key
            ) END
    """


# Who is told one by one is told by the first address that wants it; see chain.py for the others.
MATCHES: Final = f"""
    {wants("a", "s")}
    AND NOT (p.one_by_one AND EXISTS (
        SELECT FROM subscribers_address earlier
        JOIN subscribers_subscription its ON its.address_id = earlier.id
        WHERE earlier.subscriber_id = p.id
          AND (earlier.position, earlier.id) < (a.position, a.id)
          AND {wants("earlier", "its")}
    ))
"""
FROM: Final = """
    subscribers_address a
    JOIN subscribers_subscription s ON s.address_id = a.id
    JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""
COUNT: Final = f"""
    SELECT a.channel, p.language, a.country, count(*)
    FROM (VALUES (%(topic)s::varchar, %(components)s::varchar[], %(categories)s::varchar[],
                  %(channels)s::varchar[], %(named)s::bigint))
         AS b (topic, components, categories, channels, named),
    {FROM}
    WHERE {MATCHES}
    GROUP BY 1, 2, 3
"""
# The preview counts at every pause in typing: a million take both cores more than a second.
MANY: Final = 100_000
KEPT_SECONDS: Final = 30
MOST_KEPT: Final = 100


@dataclass(frozen=True)
class Audience:
    """Topic; components (public ids), categories and channels, where none means any.

    `named` is the number of a statement that is told only to the merchants it names.
    """

    topic: str
    components: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    named: int | None = None


@dataclass(frozen=True)
class Crowd:
    """So many addresses of one channel, language and country calling code (phones only)."""

    channel: str
    language: str
    country: str
    count: int


_kept: Final[dict[Audience, tuple[float, list[Crowd]]]] = {}


def audience_of(document: Mapping[str, Any], channels: tuple[str, ...] = ()) -> Audience:
    """The audience of a statement, from its document, on those channels."""
    content = document["content"]
    return Audience(
        topic=TOPIC_OF[document["subject"]["type"]],
        components=tuple(one["id"] for one in content.get("components") or ()),
        categories=tuple((content.get("audience") or {}).get("categories") or ()),
        channels=channels,
        named=_named(document),
    )


def _named(document: Mapping[str, Any]) -> int | None:
    """A correction, or a withdrawal, is told to whom the original was told."""
    if document["kind"] in NAMING or _keeps_quiet(document):
        return int(document["number"] or 0)
    if not document.get("corrects"):
        return None
    return Broadcast.objects.filter(pk=document["corrects"]).values_list("named", flat=True).first()


def _keeps_quiet(document: Mapping[str, Any]) -> bool:
    """An incident entered afterwards names nobody, so that nobody is told unless asked for."""
    content = document["content"]
    return bool(content.get("backfilled")) and not content.get("told") and not document["corrects"]


def audience_count(audience: Audience) -> list[Crowd]:
    """How many addresses the audience has; a large number may be half a minute old."""
    until, crowds = _kept.get(audience, (0.0, []))
    if time.monotonic() < until:
        return crowds
    crowds = _count(audience)
    _kept.pop(audience, None)
    if sum(one.count for one in crowds) >= MANY:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[audience] = time.monotonic() + KEPT_SECONDS, crowds
    return crowds


def _count(audience: Audience) -> list[Crowd]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {name: _parameter(value) for name, value in vars(audience).items()})
        return [Crowd(*row) for row in cursor.fetchall()]


def _parameter(value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value
