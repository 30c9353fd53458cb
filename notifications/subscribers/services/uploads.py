"""Files of subscribers: taken in at once, sealed, then read by a worker that may be killed."""

import io
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby, islice
from typing import BinaryIO, Final, cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from notifications.subscribers.crypto import decrypt, encrypt
from notifications.subscribers.models import (
    UNFINISHED_IMPORTS,
    Import,
    ImportPart,
    ImportProblem,
    ImportState,
)
from notifications.subscribers.services.csv_rows import Problem, Row, read_rows
from notifications.subscribers.services.importing import BATCH, ImportReport, rows_import
from statuspage.components.models import Component
from statuspage.pieces import Pieces, pieces
from statuspage.statements.texts import CHINESE

SEALED_AS: Final = "import"
# Bytes as text and back, for a cipher that takes text.
ANY_BYTE: Final = "latin-1"
HEADER: Final = 1
# First half of an advisory lock.
READING: Final = 0x1A9F
# A file of the wrong kind has a problem a line; nobody reads more of them than this.
PROBLEMS_KEPT: Final = 10_000

logger = logging.getLogger(__name__)
Line = list[Row | Problem]


def import_receive(*, name: str, chunks: Iterable[bytes], staff: AbstractUser | None) -> Import:
    """Store a file; a worker reads it within seconds.

    Raises:
        ValidationError: it is empty, or larger than settings.IMPORT_MAX_MB.
    """
    size = 0
    with transaction.atomic():
        upload = Import.objects.create(name=name[:120], uploaded_by_id=staff.pk if staff else None)
        for number, piece in enumerate(pieces(chunks)):
            size += len(piece)
            if size > settings.IMPORT_MAX_MB << 20:
                problem = _("The file is too large: at most %(most)d MB.")
                params = {"most": settings.IMPORT_MAX_MB}
                raise ValidationError({"file": [ValidationError(problem, "size", params)]})
            upload.lines += piece.count(b"\n")
            sealed = encrypt(piece.decode(ANY_BYTE), SEALED_AS)
            ImportPart.objects.create(upload=upload, number=number, sealed=sealed)
        if not size:
            raise ValidationError({"file": [_("The file is empty.")]})
        upload.save(update_fields=["lines"])
    return upload


def imports_read() -> None:
    """Read on in every file that is not finished."""
    for upload in Import.objects.filter(state__in=UNFINISHED_IMPORTS).order_by("pk"):
        try:
            # Problems are kept in English, the catalogue's language, and shown in the reader's.
            with _alone(upload) as mine, override("en"):
                if mine:
                    upload.refresh_from_db()
                    _read(upload)
        except DatabaseError:
            raise
        except Exception:
            # Neither message nor traceback: both may quote a row.
            logger.error("import %s failed", upload.public_id)  # noqa: TRY400
            _end(upload, ImportState.FAILED)


def _read(upload: Import) -> None:
    known = frozenset(Component.objects.values_list("public_id", flat=True))
    stream = cast("BinaryIO", io.BufferedReader(Pieces(partial(_piece, upload))))
    found = read_rows(stream, default_language=CHINESE, known_components=known)
    # Whole lines: what is wrong with one is never parted from it by an interruption.
    lines = (list(group) for _line, group in groupby(found, key=lambda one: one.line))
    # What an earlier worker has dealt with is passed over.
    unread = (one for one in lines if one[0].line > upload.line)
    while batch := list(islice(unread, BATCH)):
        if isinstance(batch[0][0], Problem) and batch[0][0].line == HEADER:
            _take(upload, batch[:1])
            _end(upload, ImportState.UNREADABLE)
            return
        if not _take(upload, batch):
            return
    _end(upload, ImportState.DONE)


def _take(upload: Import, batch: list[Line]) -> bool:
    """Import a batch and move on, in one transaction; False when the file was ended meanwhile."""
    every = [one for line in batch for one in line]
    problems = [one for one in every if isinstance(one, Problem)]
    report, last = ImportReport(), batch[-1][0].line
    with transaction.atomic():
        mine = Import.objects.select_for_update().filter(
            pk=upload.pk, state__in=UNFINISHED_IMPORTS, line=upload.line
        )
        if not mine:
            return False
        rows_import([one for one in every if isinstance(one, Row)], report)
        report.note(problems)
        _keep(upload, problems)
        mine.update(
            state=ImportState.READING,
            line=last,
            created=F("created") + report.created,
            updated=F("updated") + report.updated,
            skipped=F("skipped") + report.skipped,
            failed=F("failed") + report.failed,
        )
    upload.refresh_from_db()
    return True


def _keep(upload: Import, problems: list[Problem]) -> None:
    room = max(0, PROBLEMS_KEPT - upload.problems.count())
    ImportProblem.objects.bulk_create(
        ImportProblem(
            upload=upload, line=one.line, column=one.field[:40], message=one.message[:200]
        )
        for one in problems[:room]
    )


def _end(upload: Import, state: ImportState) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=upload.pk, state__in=UNFINISHED_IMPORTS).update(
            state=state, finished_at=timezone.now()
        )
        upload.parts.all().delete()


@contextmanager
def _alone(upload: Import) -> Iterator[bool]:
    """Whether no other worker reads this file; the lock of one that is killed goes with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [READING, upload.pk])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [READING, upload.pk])


def _piece(upload: Import, number: int) -> bytes:
    sealed = upload.parts.filter(number=number).values_list("sealed", flat=True).first()
    return decrypt(bytes(sealed), SEALED_AS).encode(ANY_BYTE) if sealed else b""
