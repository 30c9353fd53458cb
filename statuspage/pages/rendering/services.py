"""Renders what is due in one snapshot of the database, and swaps it in as one edition."""

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils import timezone

from statuspage.once import sharing
from statuspage.pages.rendering import due
from statuspage.pages.rendering.internal import Missing, Unfit, rendered
from statuspage.pages.rendering.reference import code, reference
from statuspage.pages.snapshots import store
from statuspage.pages.snapshots.models import Edition
from statuspage.pages.snapshots.pages import Page

# Of what is to be made anew, but not at once, so much before looking for statements again.
BATCH: Final = 60

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What came of a look at what is due."""

    NOTHING = "nothing was due"
    DONE = "an edition is out"
    MORE = "an edition is out, and more is to be made anew"
    BUSY = "somebody else renders"


def take_over() -> None:
    """From now on pages are rendered with this process's code; for the start of a process."""
    with transaction.atomic():
        edition, _created = Edition.objects.select_for_update().get_or_create(pk=1)
        if edition.code != code():
            edition.code, edition.reference = code(), ""
            edition.save()


def render_due(now: datetime | None = None) -> Outcome:
    """Render what statements, the clock or changed names make due, unless somebody does already.

    A crash at any point leaves the edition before.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        store.snapshot_of_the_database()
        if not store.alone():
            return Outcome.BUSY
        edition, head, made_from = store.current(), due.newest_number(), reference()
        if _is_current(edition, head, made_from, moment):
            return Outcome.NOTHING
        return _render(edition, head, made_from, moment)


def _is_current(edition: Edition, head: int, made_from: str, now: datetime) -> bool:
    return (
        edition.head == head
        and edition.reference == made_from
        and edition.rendered_at is not None
        and _minute(edition.rendered_at) == _minute(now)
    )


def _render(edition: Edition, head: int, made_from: str, now: datetime) -> Outcome:
    urgent = _urgent(edition, head, now)
    # A process of an older version still tells the news, but leaves the rest to the newer.
    newest = edition.code in {"", code()}
    left = _left(edition, made_from) if newest else []
    later = [key for key in left if key not in urgent]
    found = _rendered([*urgent, *later[:BATCH]])
    edition.head, edition.rendered_at = head, now
    more = len(later) > BATCH
    if newest and edition.reference != made_from:
        edition.reference = "" if more else made_from
    store.edition_publish(edition, found, made_from if newest else "")
    return Outcome.MORE if more else Outcome.DONE


def _urgent(edition: Edition, head: int, now: datetime) -> dict[str, None]:
    """What must be in the next edition, each once, in order."""
    keys: list[str] = []
    if edition.rendered_at is None or edition.head != head:
        keys += due.after_statements(edition.head) if edition.head else due.after_a_minute(now)
    if edition.rendered_at and _minute(edition.rendered_at) != _minute(now):
        keys += due.after_a_minute(now)
    return dict.fromkeys(keys)


def _left(edition: Edition, made_from: str) -> list[str]:
    """What was made from something that has changed since."""
    if edition.reference == made_from:
        return []
    fresh = store.made_from(made_from)
    return [key for key in due.everything() if key not in fresh]


def _rendered(keys: Iterable[str]) -> store.Rendered:
    pages, missing = [], set()
    with sharing():
        for key in keys:
            page = _kept(key)
            if page:
                pages.append(page)
            else:
                missing.add(key)
    return store.Rendered(pages, missing)


def _kept(key: str) -> Page | None:
    """The page, or None for what Django has to answer itself."""
    try:
        return rendered(key)
    except Missing:
        return None
    except Unfit as problem:
        logger.error("not kept as a snapshot: %s", problem)  # noqa: TRY400 - the view logged it
        return None


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
