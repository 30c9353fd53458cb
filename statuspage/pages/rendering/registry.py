"""What is kept as a snapshot. A new page of the site is one line here."""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

from django.urls import reverse
from django.utils.translation import override

from statuspage.pages.addresses import VIEWS
from statuspage.statements.texts import ENGLISH, LANGUAGES

# About what a statement must be to change a page. All of them are also made anew every minute:
# they show what is going on, or the clock.
EVERY: Final = frozenset(VIEWS)
WORK: Final = frozenset({"incident", "maintenance"})
NONE: Final = frozenset[str]()

# At the foot of each stands how far the log has got.
PAGES: Final[Mapping[str, Set[str]]] = dict.fromkeys(
    (
        *("pages:home", "pages:history", "pages:notices", "pages:arrival", "pages:ledger"),
        *("pages:uptime", "pages:transparency", "pages:log", "verification:verify"),
    ),
    EVERY,
)
# The same for machines; English under `?lang=en`. The API's name when anything was last said.
SPOKEN: Final[Mapping[str, Set[str]]] = {
    "machine:rss": EVERY,
    "machine:atom": EVERY,
    "machine:json_feed": EVERY,
    "machine:calendar": frozenset({"maintenance", "notice"}),
    "machine:badge": WORK,
    "machine:api_summary": EVERY,
    "machine:api_status": EVERY,
    "machine:api_components": EVERY,
    "machine:api_incidents": EVERY,
    "machine:api_unresolved": EVERY,
    "machine:api_maintenances": EVERY,
    "machine:api_upcoming": EVERY,
    "machine:api_active": EVERY,
}
# One for all languages.
PLAIN: Final[Mapping[str, Set[str]]] = {
    "machine:robots": NONE,
    "machine:widget": NONE,
    "machine:sitemap": EVERY,
    "machine:transparency_csv": EVERY,
    "machine:transparency_json": EVERY,
    "machine:checkpoint": EVERY,
    "machine:vkey": NONE,
}

# Of lists in pages, so many are kept; who leafs further back is answered by Django.
KEPT_LEAVES: Final = 5


def changed_by(kinds: Set[str]) -> Iterator[str]:
    """The addresses that statements about such subjects may change."""
    for view, about in PAGES.items():
        if about & kinds:
            yield from _in_each_language(view)
    for view, about in SPOKEN.items():
        if about & kinds:
            yield from (reverse(view), f"{reverse(view)}?lang={ENGLISH}")
    yield from (reverse(view) for view, about in PLAIN.items() if about & kinds)


def always() -> Iterator[str]:
    """The addresses of all that is there from the first day."""
    for view in PAGES:
        yield from _in_each_language(view)
    for view in SPOKEN:
        yield from (reverse(view), f"{reverse(view)}?lang={ENGLISH}")
    yield from map(reverse, PLAIN)


def of_subjects(subjects: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The addresses of incidents, maintenances and notices, each given as (type, public id)."""
    for kind, public_id in subjects:
        if kind in VIEWS:
            yield from _in_each_language(VIEWS[kind], public_id)


def of_months(view: str, months: Iterable[str]) -> Iterator[str]:
    """The addresses of months of the history or of uptime, written as 2025-02."""
    addresses = [*_in_each_language(view)]
    for month in months:
        for address in addresses:
            yield f"{address}?month={month}"


def leaves(view: str, pages: int) -> Iterator[str]:
    """The addresses of a list's second page and on, of so many that it has."""
    for address in _in_each_language(view):
        yield from (f"{address}?page={number}" for number in range(2, min(pages, KEPT_LEAVES) + 1))


def _in_each_language(view: str, *arguments: str) -> Iterator[str]:
    for language in LANGUAGES:
        with override(language):
            yield reverse(view, args=arguments)
