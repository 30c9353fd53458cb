"""Whom a statement concerns, and how many of them there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from notifications.subscribers.topics import Topic

# By the statement's subject, so that a correction reaches those whom the original reached.
TOPIC_OF: Final = {
    "incident": Topic.INCIDENT,
    "maintenance": Topic.MAINTENANCE,
    "notice": Topic.NOTICE,
}

# The one place that says who hears what; expanding and counting both use it.
MATCHES: Final = """
    a.confirmed_at IS NOT NULL
    AND a.suppressed_at IS NULL
    AND %(topic)s = ANY(s.topics)
    AND (cardinality(s.components) = 0 OR cardinality(%(components)s::varchar[]) = 0
         OR s.components && %(components)s::varchar[])
    AND (cardinality(%(categories)s::varchar[]) = 0 OR p.category = ''
         OR p.category = ANY(%(categories)s::varchar[]))
"""
FROM: Final = """
    FROM subscribers_address a
    JOIN subscribers_subscription s ON s.address_id = a.id
    JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""


@dataclass(frozen=True)
class Audience:
    """Topic, components (public ids; none = not about components), categories (none = all)."""

    topic: str
    components: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """For the SQL above."""
        return {
            "topic": self.topic,
            "components": [*self.components],
            "categories": [*self.categories],
        }


def audience_of(document: Mapping[str, Any]) -> Audience:
    """The audience of a statement, from its document."""
    content = document["content"]
    return Audience(
        topic=TOPIC_OF[document["subject"]["type"]],
        components=tuple(one["id"] for one in content.get("components") or ()),
        categories=tuple((content.get("audience") or {}).get("categories") or ()),
    )


def audience_count(audience: Audience) -> dict[tuple[str, str], int]:
    """How many addresses the audience has now, by (channel, language)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.channel, p.language, count(*) {FROM} WHERE {MATCHES} GROUP BY 1, 2",
            audience.parameters(),
        )
        return {(channel, language): count for channel, language, count in cursor.fetchall()}
