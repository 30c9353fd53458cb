"""Renders what is due in one snapshot of the database, and swaps it in as one edition."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from statuspage.lib.paths import PACKAGE, RESOURCES
from statuspage.lib.render_cache import sharing
from statuspage.pages.current import read_ahead
from statuspage.pages.models import Edition
from statuspage.pages.rendering import due
from statuspage.pages.rendering.internal import Missing, UnusableResponse, rendered
from statuspage.pages.snapshots import store
from statuspage.pages.snapshots.pages import Page
from statuspage.privacy.notice import notice_version

# What pages show although staff may change it without a statement.
ROWS: Final = """
    SELECT md5(concat(
        (SELECT string_agg(concat_ws('|', id, group_id, name, description, position, visible,
            showcase, only_show_if_degraded, pays_out, pays_out_to, start_date), '/' ORDER BY id)
         FROM components_component), '#',
        (SELECT string_agg(concat_ws('|', id, name, position), '/' ORDER BY id)
         FROM components_componentgroup), '#',
        (SELECT string_agg(concat_ws('|', code, name, position), '/' ORDER BY code)
         FROM notices_product))), clock_timestamp()
"""
RENDERED_SETTINGS: Final = (
    "SITE_URL",
    "OPERATOR_NAME",
    "OPERATOR_HOTLINE",
    "SECURITY_CONTACT",
    "CONTENT_SECURITY_POLICY",
    "PAYMENT_LICENCE",
    "ICP_NUMBER",
    "POLICE_NUMBER",
    "COMPLAINT_LINE",
    "CONSUMER_HOTLINE",
)
SOURCES: Final = (
    (RESOURCES / "templates", "**/*.*"),
    (RESOURCES / "static", "**/*.*"),
    (RESOURCES / "locale", "**/*.mo"),
    (PACKAGE, "**/*.py"),
)
# How many less urgent pages are rendered before looking for new statements again.
BATCH: Final = 60

logger = logging.getLogger(__name__)


def reference(now: datetime | None = None) -> tuple[str, datetime]:
    """Return the digest of names and order of components, of the code, and of the dates' year.

    And the present moment, by the database's clock: of two processes whose clocks differ each would
    find what the other has rendered to be of another minute.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        rows, clock = cursor.fetchone()
    moment = now or clock
    made_from = f"{rows} {code()} {timezone.localdate(moment).year}"
    return hashlib.sha256(made_from.encode()).hexdigest(), moment


@cache
def code() -> str:
    """Return the digest of everything that this process renders with."""
    digest = hashlib.sha256()
    for folder, pattern in SOURCES:
        for path in sorted(path for path in folder.glob(pattern) if path.is_file()):
            digest.update(path.read_bytes())
    digest.update(repr([getattr(settings, name) for name in RENDERED_SETTINGS]).encode())
    # The notice names many settings, among them which providers there are.
    digest.update(notice_version().encode())
    return digest.hexdigest()


class RenderResult(Enum):
    """The result of rendering what is due."""

    NOTHING = "nothing was due"
    DONE = "an edition is out"
    MORE = "an edition is out, and more is to be made anew"
    BUSY = "somebody else renders"


def take_over() -> None:
    """Render pages with this process's code from now on; call it when the process starts."""
    with transaction.atomic():
        edition, _created = Edition.objects.select_for_update().get_or_create(pk=1)
        if edition.code != code():
            edition.code, edition.reference = code(), ""
            edition.save()


def render_soon() -> None:
    """Have what shows the present moment rendered now, and not at the next minute."""
    with transaction.atomic():
        store.wait_alone()
        Edition.objects.update(rendered_at=None)
        store.tell("again")


def render_due(now: datetime | None = None) -> RenderResult:
    """Render what statements, the clock or changed names make due, unless another process does.

    A crash at any point leaves the previous edition.
    """
    with transaction.atomic():
        store.snapshot_of_the_database()
        if not store.alone():
            return RenderResult.BUSY
        made_from, moment = reference(now)
        with sharing(moment):
            edition, head = store.current(), due.newest_number()
            if _is_current(edition, head, made_from, moment):
                return RenderResult.NOTHING
            return _render(edition, head, made_from, moment)


def _is_current(edition: Edition, head: int, made_from: str, now: datetime) -> bool:
    return (
        edition.head == head and edition.reference == made_from and not _is_new_minute(edition, now)
    )


def _render(edition: Edition, head: int, made_from: str, now: datetime) -> RenderResult:
    urgent = _urgent(edition, head, now)
    # A process of an older version renders new statements, and leaves the rest to the newer one.
    newest = edition.code in {"", code()}
    left, gone = _left(edition, made_from) if newest else ([], set())
    later = [key for key in left if key not in urgent]
    read_ahead()
    pages, missing = _rendered([*urgent, *later[:BATCH]])
    edition.head, edition.rendered_at = head, now
    more = len(later) > BATCH
    if newest and edition.reference != made_from:
        edition.reference = "" if more else made_from
    store.edition_publish(edition, pages, missing | gone, made_from if newest else "")
    return RenderResult.MORE if more else RenderResult.DONE


def _urgent(edition: Edition, head: int, now: datetime) -> dict[str, None]:
    """Return what must be in the next edition, each once, in order."""
    keys: list[str] = []
    if edition.head and edition.head != head:
        keys += due.after_statements(edition.head, now)
    if not edition.head or _is_new_minute(edition, now):
        keys += due.after_a_minute(edition.rendered_at or now, now)
    return dict.fromkeys(keys)


def _is_new_minute(edition: Edition, now: datetime) -> bool:
    return edition.rendered_at is None or _minute(edition.rendered_at) != _minute(now)


def _left(edition: Edition, made_from: str) -> tuple[list[str], set[str]]:
    """Return the pages that were rendered from something that has changed since.

    And those that are kept no longer: an older version made them.
    """
    if edition.reference == made_from:
        return [], set()
    fresh, every = store.made_from(made_from), due.everything()
    return [key for key in every if key not in fresh], store.etags().keys() - set(every)


def _rendered(keys: Iterable[str]) -> tuple[list[Page], set[str]]:
    """Return the pages of these addresses, and the addresses that do not exist."""
    pages, missing = [], set()
    for key in keys:
        try:
            pages.append(rendered(key))
        except Missing:
            missing.add(key)
        except UnusableResponse as problem:
            logger.error("not kept as a snapshot: %s", problem)  # noqa: TRY400 - the view did
            missing.add(key)
    return pages, missing


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
