"""The pages in the memory of one web process, swapped as a whole and read without a lock."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from django.template.loader import render_to_string
from django.utils.translation import override

from statuspage.pages.large_text import enlarged, plain_path
from statuspage.pages.server.cached_pages import CachedPage
from statuspage.pages.snapshots.files import StoredPages
from statuspage.pages.snapshots.pages import Page, compressed
from statuspage.pages.snapshots.store import SnapshotChanges

MAIN: Final = b'<main id="content"'


def with_notice(page: Page, as_of: datetime) -> Page:
    """Return the page with a notice at the head of its main part, if it is for people."""
    if not page.is_html:
        return page
    before, main, after = page.body.partition(MAIN)
    attributes, end, content = after.partition(b">")
    if not end:
        return page
    with override(page.headers["Content-Language"]):
        notice = render_to_string("pages/parts/stale.html", {"as_of": as_of}).encode()
    body = b"".join((before, main, attributes, end, notice, content))
    return compressed(page.key, page.headers, body, page.last_modified)


class Memory:
    """The pages of this process; one thread at a time writes, the others only read `answers`."""

    def __init__(self) -> None:
        self.answers: dict[str, CachedPage] = {}
        self.pages: dict[str, Page] = {}
        self.number = -1
        self.head = 0
        self.confirmed_at: datetime | None = None
        self.stale = False
        # The pages as they are answered, and those of them that were asked for with large text.
        self._large: tuple[Mapping[str, Page], dict[str, CachedPage]] = ({}, {})
        self._changed = threading.Condition()

    def known(self) -> dict[str, str]:
        """Return the etags by key, for asking what is new."""
        return {key: page.etag for key, page in self.pages.items()}

    def take(self, news: SnapshotChanges) -> None:
        """Move to the current edition in one step."""
        kept = {key: page for key, page in self.pages.items() if key in news.keys}
        fresh = {page.key: page for page in news.pages}
        answers = {} if self.stale else {key: self.answers[key] for key in kept}
        self.pages = {**kept, **fresh}
        for key, page in self.pages.items():
            if key in fresh or key not in answers:
                answers[key] = CachedPage(page)
        self.number, self.stale = news.number, False
        self._swap(answers, self.pages, news.head)

    def restore(self, kept: StoredPages) -> None:
        """Load the pages from the files."""
        self.pages = {page.key: page for page in kept.pages}
        self.confirmed_at = kept.confirmed_at
        # The number is left at -1: the database may know better, and is asked for all of it.
        self._swap(_answers(kept.pages), self.pages, kept.head)

    def confirm(self) -> None:
        """Record that the database has just confirmed this edition."""
        if self.stale:
            self._swap(_answers(self.pages.values()), self.pages, self.head)
        self.stale = False
        self.confirmed_at = datetime.now(UTC)

    def age(self) -> list[Page]:
        """Mark each page with the time it was last confirmed, and return the changed pages."""
        if self.stale or self.confirmed_at is None:
            return []
        as_of = self.confirmed_at
        pages = [with_notice(page, as_of) for page in self.pages.values()]
        shown = {page.key: page for page in pages}
        self._swap({page.key: CachedPage(page, as_of) for page in pages}, shown, self.head)
        self.stale = True
        return pages

    def large(self, key: str) -> CachedPage | None:
        """Return the large text of a page: made when first asked for, kept for this edition.

        None where there is no such page, or nothing that can be enlarged.
        """
        path, mark, query = key.partition("?")
        own = plain_path(path)
        shown, made = self._large
        if key not in made and own:
            page, plain = shown.get(own + mark + query), self.answers.get(own + mark + query)
            if page is None or plain is None or not page.is_html:
                return None
            body = enlarged(page.body)
            larger = compressed(key, page.headers, body, page.last_modified)
            as_of = datetime.fromtimestamp(plain.as_of, UTC) if plain.as_of else None
            made[key] = CachedPage(larger, as_of)
        return made.get(key)

    def wait_for(self, head: int, seconds: float) -> bool:
        """Wait until the statement of this number is shown; return whether it was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.head >= head, seconds)

    def _swap(self, answers: dict[str, CachedPage], shown: Mapping[str, Page], head: int) -> None:
        with self._changed:
            self._large = (shown, {})
            self.answers, self.head = answers, head
            self._changed.notify_all()


def _answers(pages: Iterable[Page]) -> dict[str, CachedPage]:
    return {page.key: CachedPage(page) for page in pages}
