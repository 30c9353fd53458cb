"""Finding what was said: in both languages, by service and by kind, over the whole log."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.components.models import Component
from statuspage.components.selectors import visible_components
from statuspage.incidents import selectors as incidents
from statuspage.pages import selectors
from statuspage.pages.cards import IncidentCard, MaintenanceCard, NoticeCard, Reader
from statuspage.pages.errors import NotHere
from statuspage.pages.words import Words, words
from statuspage.settlement.selectors import notices
from statuspage.statements.models import Statement

LONGEST: Final = 80
MOST_WORDS: Final = 8
FOUND_A_PAGE: Final = 20
# What can be looked for, and which statements it means.
KINDS: Final[Mapping[str, tuple[str | Promise, Q]]] = {
    "incident": (gettext_lazy("Incidents"), Q(subject_type="incident")),
    "maintenance": (gettext_lazy("Maintenance"), Q(subject_type="maintenance")),
    "notice": (gettext_lazy("Notices"), Q(subject_type="notice")),
    "correction": (gettext_lazy("Corrections and withdrawals"), Q(corrects__isnull=False)),
}

Card = IncidentCard | MaintenanceCard | NoticeCard
Subject = tuple[str, str]


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for; empty means everything."""

    text: str = ""
    kind: str = ""
    component: str = ""

    @property
    def anything(self) -> bool:
        """Whether a search was asked for at all."""
        return any(vars(self).values())

    @property
    def query(self) -> str:
        """The same for an address, to be followed by more."""
        asked = {"q": self.text, "kind": self.kind, "component": self.component}
        chosen = {name: value for name, value in asked.items() if value}
        return f"{urlencode(chosen)}&" if chosen else ""

    @property
    def kinds(self) -> Sequence[tuple[str, str | Promise]]:
        """What can be chosen."""
        return [(name, label) for name, (label, _condition) in KINDS.items()]

    def subjects(self) -> QuerySet[Statement, tuple[str, str]]:
        """What it was said about, the latest first: (type, public id)."""
        found = Statement.objects.filter(KINDS[self.kind][1] if self.kind else Q())
        for word in folded(self.text).split()[:MOST_WORDS]:
            found = found.filter(searched__text__contains=word)
        if self.component:
            named = [{"id": self.component}]
            found = found.filter(document__content__components__contains=named)
        latest = found.order_by().values("subject_type", "subject_id")
        ordered = latest.annotate(latest=Max("number")).order_by("-latest")
        return ordered.values_list("subject_type", "subject_id")


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """What an address asks for.

    Raises:
        NotHere: it names a kind or a component that there is not.
    """
    wanted = Wanted(
        text=query.get("q", "").replace("\x00", "").strip()[:LONGEST],
        kind=query.get("kind", ""),
        component=query.get("component", ""),
    )
    if wanted.kind and wanted.kind not in KINDS:
        raise NotHere(_("There is nothing of that kind."))
    if wanted.component and wanted.component not in {one.public_id for one in visible_components()}:
        raise NotHere(_("There is no such service."))
    return wanted


def folded(text: str) -> str:
    """As the database keeps texts for searching: full width made half, and small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def components_to_choose(language: str) -> list[tuple[str, Words]]:
    """What can be chosen: the public id and the name of each component."""
    found: Iterable[Component] = visible_components()
    return [(one.public_id, words(one.name, language)) for one in found]


def cards_of(subjects: Sequence[Subject], reader: Reader) -> list[tuple[str, Card]]:
    """The cards of what was found, in that order; a fixed number of queries."""
    ids = [public_id for _kind, public_id in subjects]
    cards: dict[Subject, Card] = {}
    for one in selectors.incident_cards(incidents.incidents().filter(public_id__in=ids), reader):
        cards["incident", one.id] = one
    rows = incidents.maintenances().filter(public_id__in=ids)
    for work in selectors.maintenance_cards(rows, reader):
        cards["maintenance", work.id] = work
    for notice in selectors.notice_cards(notices().filter(public_id__in=ids), reader):
        cards["notice", notice.id] = notice
    return [(kind, cards[kind, one]) for kind, one in subjects if (kind, one) in cards]
