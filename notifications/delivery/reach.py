"""How many a restricted audience reaches, or not, because something about them is unknown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from notifications.channels.countries import permitted_codes
from notifications.delivery.audience import Audience, audience_of, channels_for
from notifications.delivery.dimensions import DIMENSIONS, unknown_names
from notifications.delivery.matching import AUDIENCE, FROM, MATCHES
from notifications.remembered import Remembered

COUNT: Final = f"""
    SELECT {unknown_names("b")} AS unknown, a.channel, a.country, count(*)
    FROM {AUDIENCE}, {FROM}
    WHERE {MATCHES}
    GROUP BY 1, 2, 3
"""
NOBODY: Final = _("Nobody matches this audience: nobody is notified.")
Unknown = tuple[str, ...]
Row = tuple[Unknown, str, str, int]


@dataclass(frozen=True)
class UnknownGroup:
    """How many addresses belong to subscribers of whom these dimensions are not known."""

    dimensions: Unknown
    told: bool
    count: int


@dataclass(frozen=True)
class Reach:
    """How many addresses match in everything that is asked, and the others that may."""

    matched: int
    unknown: tuple[UnknownGroup, ...]

    @property
    def told(self) -> int:
        """How many addresses get a message."""
        return self.matched + sum(one.count for one in self.unknown if one.told)


_rows: Final = Remembered[Audience, Row](lambda row: row[-1])


def reach_of(document: Mapping[str, Any]) -> Reach | None:
    """Return whom a statement, or a draft, reaches; None where nothing restricts its audience.

    As in the preview: by the channels that send it, and numbers that get no SMS are not counted.
    """
    audience = audience_of(document, tuple(channels_for(document)))
    restricted = any(getattr(audience, one.column) for one in DIMENSIONS.values())
    if not restricted or audience.named is not None or not audience.channels:
        return None
    # Whoever may belong to it, whatever the policy is.
    rows = _rows.get(replace(audience, left_out=()), _count)
    codes, counts = {"", *permitted_codes()}, Counter[Unknown]()
    for unknown, _channel, country, count in rows:
        counts[unknown] += count if country in codes else 0
    groups = [
        UnknownGroup(names, not set(names) & set(audience.left_out), count)
        for names, count in sorted(counts.items())
        if names and count
    ]
    return Reach(counts[()], tuple(groups))


def _count(audience: Audience) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, audience.parameters())
        return [(tuple(row[0]), *row[1:]) for row in cursor.fetchall()]
