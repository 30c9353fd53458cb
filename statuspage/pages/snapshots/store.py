"""Snapshots in PostgreSQL, their source: written by one renderer, read by every process."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from statuspage.pages.snapshots.models import Edition, Snapshot
from statuspage.pages.snapshots.pages import Page

# Any constants will do; they only have to be the same in every process of the project.
RENDERING_LOCK: Final = 7_301_002
CHANNEL: Final = "candor_pages"
COLUMNS: Final = (
    *("headers", "body", "gzip", "brotli", "etag", "last_modified", "edition", "reference"),
)


@dataclass(frozen=True)
class Rendered:
    """What came of rendering: pages, and addresses under which there is nothing."""

    pages: Sequence[Page]
    missing: Set[str]


@dataclass(frozen=True)
class News:
    """What a process lacks of the current edition: pages to take in, and keys that are left."""

    number: int
    head: int
    pages: list[Page]
    keys: frozenset[str]


def snapshot_of_the_database() -> None:
    """Let all that follows in this transaction see one moment; the first thing it does."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def alone() -> bool:
    """Whether this transaction may render; false while another one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RENDERING_LOCK])
        return bool(cursor.fetchone()[0])


def current() -> Edition:
    """The current edition; before the first one, an empty one that is not stored."""
    return Edition.objects.first() or Edition(pk=1)


def made_from(reference: str) -> set[str]:
    """The addresses whose snapshots were made from this reference."""
    return set(Snapshot.objects.filter(reference=reference).values_list("key", flat=True))


def etags() -> dict[str, str]:
    """The etag of every snapshot by its key."""
    return dict(Snapshot.objects.values_list("key", "etag"))


def edition_publish(edition: Edition, rendered: Rendered, reference: str) -> None:
    """Swap in what has changed, all of it at once, and tell every web process.

    Within the caller's transaction: nobody sees half of it. `edition` carries what is now known.
    """
    known = etags()
    changed = [page for page in rendered.pages if known.get(page.key) != page.etag]
    same = [page.key for page in rendered.pages if known.get(page.key) == page.etag]
    gone = known.keys() & rendered.missing
    edition.number += bool(changed or gone)
    Snapshot.objects.bulk_create(
        [_row(page, edition.number, reference) for page in changed],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=COLUMNS,
    )
    Snapshot.objects.filter(key__in=same).exclude(reference=reference).update(reference=reference)
    Snapshot.objects.filter(key__in=gone).delete()
    edition.save()
    tell(f"edition {edition.number}")


def tell(word: str) -> None:
    """Wake every web process when the present transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])


def news(known: Mapping[str, str]) -> News:
    """The current edition, without the pages whose etag a process knows."""
    with transaction.atomic():
        snapshot_of_the_database()
        edition, listed = current(), etags()
        lacking = [key for key, etag in listed.items() if known.get(key) != etag]
        rows = Snapshot.objects.filter(key__in=lacking)
        pages = [_page(row) for row in rows]
    return News(edition.number, edition.head, pages, frozenset(listed))


def _row(page: Page, number: int, reference: str) -> Snapshot:
    return Snapshot(
        reference=reference,
        key=page.key,
        headers=dict(page.headers),
        body=page.body,
        gzip=page.gzip,
        brotli=page.brotli,
        etag=page.etag,
        last_modified=page.last_modified,
        edition=number,
    )


def _page(row: Snapshot) -> Page:
    return Page(
        key=row.key,
        headers=row.headers,
        body=bytes(row.body),
        gzip=bytes(row.gzip),
        brotli=bytes(row.brotli),
        etag=row.etag,
        last_modified=row.last_modified,
    )
