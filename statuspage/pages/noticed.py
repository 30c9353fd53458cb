"""Notices beside their incidents: those of open ones, which stay in sight, and in which order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from statuspage.incidents.models import Incident
from statuspage.lib.render_cache import once
from statuspage.notices.kind import promises_a_day
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.pages.cards import IncidentCard, NoticeCard
from statuspage.settlement.backlog import BACKLOG
from statuspage.statements.texts import LocalizedText, words

# So many of each open incident; its own page has them all.
SHOWN_EACH: Final = 10


@dataclass(frozen=True)
class IncidentNotices:
    """An open incident's notices on the home page; `more` is how many its own page adds."""

    incident: IncidentCard
    cards: Sequence[NoticeCard]
    more: int


@once
def notices_of(incident_ids: tuple[str, ...]) -> list[Notice]:
    """Return the notices of these incidents: first those that promise a day, then newest first.

    A backlog has a place of its own on the incident's page.
    """
    if not incident_ids:
        return []
    found = notices().filter(incident_id__in=incident_ids).exclude(kind=BACKLOG)
    return sorted(found, key=lambda one: not promises_a_day(one))


def shown_of(found: Iterable[Notice]) -> list[Notice]:
    """Return at most `SHOWN_EACH` of the notices of each incident."""
    each: dict[str, list[Notice]] = {}
    for row in found:
        each.setdefault(row.incident_id, []).append(row)
    return [row for rows in each.values() for row in rows[:SHOWN_EACH]]


def beside(incidents: Iterable[IncidentCard], cards: Iterable[NoticeCard]) -> list[IncidentCard]:
    """Return the incidents' cards, each with its notices."""
    known = list(cards)
    return [
        replace(one, notices=in_order(card for card in known if card.incident_id == one.id))
        for one in incidents
    ]


def grouped(incidents: Iterable[IncidentCard], found: Iterable[Notice]) -> list[IncidentNotices]:
    """Return the notices of each of these incidents that has some; `found` are all of them."""
    counts = Counter(row.incident_id for row in found)
    return [
        IncidentNotices(one, one.notices, counts[one.id] - len(one.notices))
        for one in incidents
        if one.notices
    ]


def in_order(cards: Iterable[NoticeCard]) -> tuple[NoticeCard, ...]:
    """Return those that promise a day first and withdrawn ones last, else in the order given."""
    return tuple(sorted(cards, key=lambda one: (one.withdrawn, not one.dated)))


def named(cards: Iterable[NoticeCard], language: str) -> list[NoticeCard]:
    """Return the cards with the names of their incidents, in one query."""
    found = list(cards)
    names = _names(tuple(sorted({one.incident_id for one in found if one.incident_id})))
    return [
        replace(one, incident_name=_named(names.get(one.incident_id), language)) for one in found
    ]


@once
def _names(incident_ids: tuple[str, ...]) -> dict[str, dict[str, str]]:
    if not incident_ids:
        return {}
    rows = Incident.objects.filter(public_id__in=incident_ids)
    return dict(rows.values_list("public_id", "name"))


def _named(name: dict[str, str] | None, language: str) -> LocalizedText | None:
    return words(name, language) if name else None
