"""The snapshots in the memory of one web process; swapped as a whole, read without a lock."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from statuspage.pages.elder import enlarged, plain_path
from statuspage.pages.server.answers import Answer
from statuspage.pages.server.stale import with_notice
from statuspage.pages.snapshots.files import Kept
from statuspage.pages.snapshots.pages import Page, compressed
from statuspage.pages.snapshots.store import News


class Memory:
    """What this process answers; one thread at a time writes, every other only reads `answers`."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.pages: dict[str, Page] = {}
        self.number = -1
        self.head = 0
        self.confirmed_at: datetime | None = None
        self.stale = False
        # The pages as they are answered, and those of them that were asked for with large text.
        self._large: tuple[Mapping[str, Page], dict[str, Answer]] = ({}, {})
        self._changed = threading.Condition()

    def known(self) -> dict[str, str]:
        """The etags by key, for asking what is new."""
        return {key: page.etag for key, page in self.pages.items()}

    def take(self, news: News) -> None:
        """Move to the current edition in one step."""
        kept = {key: page for key, page in self.pages.items() if key in news.keys}
        fresh = {page.key: page for page in news.pages}
        answers = {} if self.stale else {key: self.answers[key] for key in kept}
        self.pages = {**kept, **fresh}
        for key, page in self.pages.items():
            if key in fresh or key not in answers:
                answers[key] = Answer(page)
        self.number, self.stale = news.number, False
        self._swap(answers, self.pages, news.head)

    def restore(self, kept: Kept) -> None:
        """Begin with what the files hold."""
        self.pages = {page.key: page for page in kept.pages}
        self.confirmed_at = kept.confirmed_at
        # The number is left at -1: the database may know better, and is asked for all of it.
        self._swap(_answers(kept.pages), self.pages, kept.head)

    def confirm(self) -> None:
        """The database has just said that this edition is current."""
        if self.stale:
            self._swap(_answers(self.pages.values()), self.pages, self.head)
        self.stale = False
        self.confirmed_at = datetime.now(UTC)

    def age(self) -> list[Page]:
        """Nobody can say whether this is current: say on each page when it last was.

        Returns the pages as they are now answered.
        """
        if self.stale or self.confirmed_at is None:
            return []
        as_of = self.confirmed_at
        pages = [with_notice(page, as_of) for page in self.pages.values()]
        shown = {page.key: page for page in pages}
        self._swap({page.key: Answer(page, as_of) for page in pages}, shown, self.head)
        self.stale = True
        return pages

    def large(self, key: str) -> Answer | None:
        """The answer to an address of large text: made when first asked for, kept for this edition.

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
            made[key] = Answer(larger, as_of)
        return made.get(key)

    def wait_for(self, head: int, seconds: float) -> bool:
        """Wait until the statement of this number is shown; whether it was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.head >= head, seconds)

    def _swap(self, answers: dict[str, Answer], shown: Mapping[str, Page], head: int) -> None:
        with self._changed:
            self._large = (shown, {})
            self.answers, self.head = answers, head
            self._changed.notify_all()


def _answers(pages: Iterable[Page]) -> dict[str, Answer]:
    return {page.key: Answer(page) for page in pages}
