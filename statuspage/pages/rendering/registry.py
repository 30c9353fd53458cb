"""What is kept as a snapshot. A new page of the site is one line here."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import override

from statuspage.pages.addresses import VIEWS
from statuspage.statements.texts import ENGLISH, LANGUAGES

# Rendered anew for every statement, and every minute: they show what is going on, or the clock.
PAGES: Final = (
    "pages:home",
    "pages:history",
    "pages:notices",
    "pages:arrival",
    "pages:ledger",
    "pages:log",
)
# The same for machines; English under `?lang=en`.
SPOKEN: Final = (
    "machine:rss",
    "machine:atom",
    "machine:json_feed",
    "machine:calendar",
    "machine:badge",
    "machine:api_summary",
    "machine:api_status",
    "machine:api_components",
    "machine:api_incidents",
    "machine:api_unresolved",
    "machine:api_maintenances",
    "machine:api_upcoming",
    "machine:api_active",
)
# One for all languages.
PLAIN: Final = ("machine:robots", "machine:sitemap")

Subjects = Iterable[tuple[str, str]]


def always() -> Iterator[str]:
    """The addresses of what every statement may change."""
    for view in PAGES:
        yield from _in_each_language(view)
    for view in SPOKEN:
        yield from (reverse(view), f"{reverse(view)}?lang={ENGLISH}")
    yield from map(reverse, PLAIN)


def of_subjects(subjects: Subjects) -> Iterator[str]:
    """The addresses of incidents, maintenances and notices, each given as (type, public id)."""
    for kind, public_id in subjects:
        if kind in VIEWS:
            yield from _in_each_language(VIEWS[kind], public_id)


def of_months(months: Iterable[str]) -> Iterator[str]:
    """The addresses of months of the history, written as 2025-02."""
    for month in months:
        for address in _in_each_language("pages:history"):
            yield f"{address}?month={month}"


def _in_each_language(view: str, *arguments: str) -> Iterator[str]:
    for language in LANGUAGES:
        with override(language):
            yield reverse(view, args=arguments)
