"""Filters of the notices, and the search of the log by text, component and kind."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.components.selectors import visible_components
from statuspage.incidents.selectors import incidents, maintenances
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.kind import every_kind, notice_kind
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.pages import selectors
from statuspage.pages.cards import IncidentCard, MaintenanceCard, NoticeCard, Reader
from statuspage.pages.http import PageNotFound
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.texts import LocalizedText, words

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
class Choice:
    """The chosen filters; empty means everything."""

    category: str
    kind: str

    categories: ClassVar = MerchantCategory.choices

    def narrow(self, found: QuerySet[Notice]) -> QuerySet[Notice]:
        """Return the notices that concern the category and are of the kind."""
        if self.category:
            everyone = Q(audience__categories=[])
            found = found.filter(everyone | Q(audience__categories__contains=[self.category]))
        return found.filter(kind=self.kind) if self.kind else found

    @property
    def query(self) -> str:
        """Return the filters as a query string, ready for more parameters."""
        return _in_address(category=self.category, kind=self.kind)

    @property
    def kinds(self) -> Sequence[tuple[str, str | Promise]]:
        """The kinds that can be chosen."""
        return [(one.name, one.label) for one in every_kind()]


def read_choice(query: Mapping[str, str]) -> Choice:
    """Return the filters in a query string, or raise PageNotFound for an unknown value."""
    category, kind = query.get("category", ""), query.get("kind", "")
    try:
        if category:
            clean_choice(MerchantCategory, category)
        if kind:
            notice_kind(kind)
    except ValidationError as error:
        raise PageNotFound(_("Unknown kind of notice.")) from error
    return Choice(category, kind)


@dataclass(frozen=True)
class SearchQuery:
    """What a reader searches for; empty means everything."""

    text: str = ""
    kind: str = ""
    component: str = ""

    @property
    def anything(self) -> bool:
        """Return True if any filter is set."""
        return any(vars(self).values())

    @property
    def query(self) -> str:
        """Return the filters as a query string, ready for more parameters."""
        return _in_address(q=self.text, kind=self.kind, component=self.component)

    @property
    def kinds(self) -> Sequence[tuple[str, str | Promise]]:
        """The kinds that can be chosen."""
        return [(name, label) for name, (label, _condition) in KINDS.items()]

    def subjects(self) -> QuerySet[Statement, tuple[str, str]]:
        """Return the subjects of the statements found, latest first: (type, public id)."""
        found = Statement.objects.filter(KINDS[self.kind][1] if self.kind else Q())
        for word in folded(self.text).split()[:MOST_WORDS]:
            found = found.filter(searched__text__contains=word)
        if self.component:
            named = [{"id": self.component}]
            found = found.filter(document__content__components__contains=named)
        latest = found.order_by().values("subject_type", "subject_id")
        ordered = latest.annotate(latest=Max("number")).order_by("-latest")
        return ordered.values_list("subject_type", "subject_id")


def read_wanted(query: Mapping[str, str]) -> SearchQuery:
    """Return the search in a query string, or raise PageNotFound for an unknown value."""
    wanted = SearchQuery(
        text=query.get("q", "").replace("\x00", "").strip()[:LONGEST],
        kind=query.get("kind", ""),
        component=query.get("component", ""),
    )
    if wanted.kind and wanted.kind not in KINDS:
        raise PageNotFound(_("Unknown type."))
    if wanted.component and wanted.component not in {one.public_id for one in visible_components()}:
        raise PageNotFound(_("Unknown service."))
    return wanted


def _in_address(**chosen: str) -> str:
    given = {name: value for name, value in chosen.items() if value}
    return f"{urlencode(given)}&" if given else ""


def folded(text: str) -> str:
    """Return the text as the search index stores it: half-width and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def components_to_choose(language: str) -> tuple[tuple[str, LocalizedText], ...]:
    """Return what can be chosen: the public id and the name of each component."""
    return tuple((one.public_id, words(one.name, language)) for one in visible_components())


def cards_of(subjects: Sequence[Subject], reader: Reader) -> list[tuple[str, Card]]:
    """Return the cards of what was found, in that order; a fixed number of queries."""
    ids = [public_id for _kind, public_id in subjects]
    found: Mapping[str, Sequence[Card]] = {
        "incident": selectors.incident_cards(incidents().filter(public_id__in=ids), reader),
        "maintenance": selectors.maintenance_cards(
            maintenances().filter(public_id__in=ids), reader
        ),
        "notice": selectors.notice_cards(notices().filter(public_id__in=ids), reader),
    }
    cards = {(kind, card.id): card for kind, of_kind in found.items() for card in of_kind}
    return [(kind, cards[kind, one]) for kind, one in subjects if (kind, one) in cards]
