"""Taking in a file of affected transactions: stored at once, read by a worker, then applied."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.pieces import pieces
from statuspage.settlement.affected.applying import apply
from statuspage.settlement.affected.files import Encoding, Lines
from statuspage.settlement.affected.models import (
    UNFINISHED,
    Upload,
    UploadPart,
    UploadProblem,
    UploadState,
)
from statuspage.settlement.affected.rows import Problem, Row, read_header, read_row
from statuspage.settlement.services import check_incident
from statuspage.statements.authors import Author

# Lines that are read, checked and stored in one transaction.
CHUNK: Final = 5_000
# First halves of advisory locks.
READING: Final = 0x5EAD
APPLYING: Final = 0xA991
STAGE: Final = """
    COPY settlement_stagedtransaction (
        upload_id, line, row_key, lookup_key, merchant_key, category, happened_at, amount, fate,
        settled_at, fee_waived
    ) FROM STDIN
"""

logger = logging.getLogger(__name__)


def upload_receive(
    *, incident_id: str, name: str, chunks: Iterable[bytes], whole: bool, author: Author | None
) -> Upload:
    """Store a file; a worker reads it soon.

    Raises:
        ValidationError: there is no such incident; the file is empty or larger than
            TRANSACTIONS_MAX_MB.
    """
    check_incident(incident_id)
    encoding = Encoding()
    with transaction.atomic():
        upload = Upload.objects.create(
            incident_id=incident_id, name=name[:120], whole=whole, uploaded_by_id=_pk(author)
        )
        for number, piece in enumerate(pieces(chunks)):
            upload.size += len(piece)
            if upload.size > settings.TRANSACTIONS_MAX_MB << 20:
                raise _refused(
                    _("The file is too large: at most %(most)d MB."),
                    most=settings.TRANSACTIONS_MAX_MB,
                )
            encoding.feed(piece)
            UploadPart.objects.create(upload=upload, number=number, data=piece)
        if not upload.size:
            raise _refused(_("The file is empty."))
        encoding.feed(b"", last=True)
        upload.encoding = encoding.name
        upload.save(update_fields=["size", "encoding"])
    return upload


def uploads_read() -> None:
    """Read on in every file that is not finished. Killed at any instant, it can be called again."""
    for upload in Upload.objects.filter(state__in=UNFINISHED).order_by("pk"):
        try:
            with _alone(upload) as mine:
                if mine and not _has_elders(upload):
                    _read(upload)
        except DatabaseError:
            raise
        except Exception:
            # Neither message nor traceback: both may quote a row.
            logger.error("upload %s failed", upload.public_id)  # noqa: TRY400
            _end(upload, UploadState.FAILED)


def _has_elders(upload: Upload) -> bool:
    """An older list of the same incident is read first: the newer one knows better."""
    same = Upload.objects.filter(incident_id=upload.incident_id, state__in=UNFINISHED)
    return same.filter(pk__lt=upload.pk).exists()


@contextmanager
def _alone(upload: Upload) -> Iterator[bool]:
    """Whether no other worker reads this file; the lock of one that is killed goes with it.

    The sweep comes by every few seconds, and reading takes longer: without this each would read
    the file anew from its beginning, only to find that it is too late.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [READING, upload.pk])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [READING, upload.pk])


def _read(upload: Upload) -> None:
    lines = Lines(upload)
    rest = iter(lines)
    _first, header = next(rest, (1, None))
    columns, missing = read_header(header or [])
    if missing:
        UploadProblem.objects.bulk_create(_problem(upload, one) for one in missing)
        _end(upload, UploadState.UNREADABLE, bad=1)
        return
    # What an earlier worker had read is passed over.
    unread = ((line, cells) for line, cells in rest if line > upload.line)
    while batch := list(islice(unread, CHUNK)):
        if not _take(upload, columns, batch, lines):
            return
    _finish(upload)


def _take(
    upload: Upload,
    columns: Sequence[str],
    batch: Sequence[tuple[int, list[str] | None]],
    lines: Lines,
) -> bool:
    """Store a chunk; False when another worker reads this file."""
    rows, problems = _checked(columns, batch)
    last = batch[-1][0]
    with transaction.atomic():
        mine = Upload.objects.filter(pk=upload.pk, state__in=UNFINISHED, line=upload.line).update(
            state=UploadState.READING,
            line=last,
            offset=lines.offset,
            good=upload.good + len(rows),
            bad=upload.bad + len({one.line for one in problems}),
        )
        if not mine:
            return False
        UploadProblem.objects.bulk_create(_problem(upload, one) for one in problems)
        _stage(upload, rows)
    upload.refresh_from_db()
    return True


def _checked(
    columns: Sequence[str], batch: Iterable[tuple[int, list[str] | None]]
) -> tuple[list[Row], list[Problem]]:
    now = timezone.now()
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in batch:
        if cells is None:
            problems.append(Problem(line, "", "csv"))
        elif any(cell.strip() for cell in cells):
            found = read_row(line, columns, cells, now)
            if isinstance(found, Row):
                rows.append(found)
            else:
                problems += found
    return rows, problems


def _stage(upload: Upload, rows: Iterable[Row]) -> None:
    # Django does not wrap what copy() raises: a lost connection would pass for a fault of ours.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(STAGE) as copy,
    ):
        for values in _values(upload, rows):
            copy.write_row(values)


def _values(upload: Upload, rows: Iterable[Row]) -> Iterator[tuple[object, ...]]:
    for one in rows:
        yield (
            *(upload.pk, one.line, one.row_key, one.lookup_key, one.merchant_key, one.category),
            *(one.happened_at, one.amount, one.fate, one.settled_at, one.fee_waived),
        )


def _finish(upload: Upload) -> None:
    """Apply it, or refuse it: in one transaction, and by one worker."""
    with transaction.atomic():
        mine = Upload.objects.select_for_update().filter(pk=upload.pk, state__in=UNFINISHED)
        if found := mine.first():
            _queue(found.incident_id)
            apply(found)
            _forget_file(found)


def _queue(incident_id: str) -> None:
    """Until the end of the transaction nobody else takes over rows of this incident.

    Two who compare with what is known before either has written would both tell of the same
    arrival, and the one that is older could undo it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [APPLYING, incident_id])


def _end(upload: Upload, state: UploadState, bad: int = 0) -> None:
    Upload.objects.filter(pk=upload.pk, state__in=UNFINISHED).update(
        state=state, bad=upload.bad + bad, finished_at=timezone.now()
    )
    _forget_file(upload)


def _forget_file(upload: Upload) -> None:
    """The numbers in clear are kept no longer than they are needed."""
    upload.parts.all().delete()
    upload.staged.all()._raw_delete(upload.staged.db)


def _problem(upload: Upload, found: Problem) -> UploadProblem:
    return UploadProblem(upload=upload, line=found.line, column=found.column, code=found.code)


def _refused(message: object, **params: object) -> ValidationError:
    return ValidationError({"file": [ValidationError(str(message) % params)]})


def _pk(author: Author | None) -> int | None:
    return author.pk if author else None
