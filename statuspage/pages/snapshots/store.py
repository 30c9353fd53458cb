"""Snapshots in PostgreSQL, their source: written by one renderer, read by every process."""

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from typing import Final

from django.db import connection, transaction

from statuspage.pages.models import Edition, Snapshot
from statuspage.pages.snapshots.pages import Page

# Arbitrary, but the same in every process.
RENDERING_LOCK: Final = 7_301_002
CHANNEL: Final = "candor_pages"
COLUMNS: Final = [field.name for field in Snapshot._meta.concrete_fields if not field.primary_key]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SnapshotChanges:
    """Changes up to the current edition: new pages, and the keys of all pages."""

    number: int
    head: int
    pages: list[Page]
    keys: frozenset[str]


def snapshot_of_the_database() -> None:
    """Make the transaction read one snapshot of the database; call it first."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def alone() -> bool:
    """Return whether this transaction may render; false while another one renders."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RENDERING_LOCK])
        return bool(cursor.fetchone()[0])


def wait_alone() -> None:
    """Wait until nobody renders; until this transaction ends nobody begins to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RENDERING_LOCK])


def current() -> Edition:
    """Return the current edition; before the first one, an empty one that is not stored."""
    return Edition.objects.first() or Edition(pk=1)


def made_from(reference: str) -> set[str]:
    """Return the addresses whose snapshots were made from this reference."""
    return set(Snapshot.objects.filter(reference=reference).values_list("key", flat=True))


def etags() -> dict[str, str]:
    """Return the etag of every snapshot by its key."""
    return dict(Snapshot.objects.values_list("key", "etag"))


def edition_publish(
    edition: Edition, pages: Sequence[Page], missing: Set[str], reference: str
) -> None:
    """Swap in what has changed and drop what is missing, at once, and tell every web process.

    Within the caller's transaction: nobody sees half of it. `edition` carries what is now known.
    """
    known = etags()
    changed = [page for page in pages if known.get(page.key) != page.etag]
    same = [page.key for page in pages if known.get(page.key) == page.etag]
    gone = known.keys() & missing
    edition.number += bool(changed or gone)
    Snapshot.objects.bulk_create(
        [Snapshot(**vars(page), edition=edition.number, reference=reference) for page in changed],
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


def news(known: Mapping[str, str]) -> SnapshotChanges:
    """Return the current edition, without the pages whose etag a process knows.

    And without those that somebody has written into the database past the program: they are
    rendered again, and readers get what a process has, or what Django answers.
    """
    with transaction.atomic():
        snapshot_of_the_database()
        edition, listed = current(), etags()
        lacking = [key for key, etag in listed.items() if known.get(key) != etag]
        rows = Snapshot.objects.filter(key__in=lacking)
        pages = [_page(row) for row in rows]
    ours = [page for page in pages if page.is_ours]
    if len(ours) < len(pages):
        _refuse([page for page in pages if page not in ours])
    return SnapshotChanges(edition.number, edition.head, ours, frozenset(listed))


def _refuse(pages: Sequence[Page]) -> None:
    """Have pages rendered again that are not ours."""
    for page in pages:
        if not page.is_of_an_earlier_release:
            logger.error("somebody has changed the page %s in the database", page.key)
    with transaction.atomic():
        wait_alone()
        for page in pages:
            Snapshot.objects.filter(key=page.key, etag=page.etag).update(etag="", reference="")
        Edition.objects.update(reference="")


def _page(row: Snapshot) -> Page:
    values = {one.name: getattr(row, one.name) for one in fields(Page)}
    return Page(**values | {name: bytes(values[name]) for name in ("body", "gzip", "brotli")})
