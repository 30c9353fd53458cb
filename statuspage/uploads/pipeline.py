"""Read and apply the rows of an uploaded file; a worker may be killed at any time."""

import gc
import io
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, ClassVar, Final, Generic, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from statuspage.lib.chunked_files import ChunkStream, pieces
from statuspage.lib.database_clock import database_now
from statuspage.statements.authors import Author
from statuspage.uploads.models import UNFINISHED, AbstractUpload, UploadState
from statuspage.uploads.tables import (
    Problem,
    RowT,
    UploadLine,
    UploadTable,
    best_encoding,
    problems_of,
)

# A file of the wrong kind has a problem in every line; nobody reads more of them than this.
PROBLEMS_KEPT: Final = 10_000

logger = logging.getLogger(__name__)
UploadT = TypeVar("UploadT", bound=AbstractUpload)


class Pipeline(ABC, Generic[UploadT, RowT]):
    """One kind of upload; its subclass says what the columns are and how rows are applied."""

    model: type[UploadT]
    # Makes the reader of one file.
    table: Callable[[], UploadTable[RowT]]
    # The setting that limits a file, in megabytes.
    limit: ClassVar[str]
    # Lines that are read, checked and applied in one transaction.
    batch: ClassVar[int] = 1_000

    @abstractmethod
    def apply(self, upload: UploadT, rows: Mapping[int, RowT]) -> None:
        """Use some good rows, by line, and count them on the upload, which the caller saves."""

    def finish(self, upload: UploadT) -> UploadState:
        """Complete a file that was read to its end, and return its last state."""
        return UploadState.DONE

    def may_read(self, upload: UploadT) -> bool:
        """Return whether its turn has come."""
        return True

    def forget(self, upload: UploadT) -> None:
        """Delete the file: numbers in clear are kept no longer than they are needed."""
        upload.parts.all().delete()

    @abstractmethod
    def seal(self, piece: bytes) -> bytes:
        """Return a piece of the file as it is stored: encrypted, since it is about people."""

    @abstractmethod
    def unseal(self, data: bytes) -> bytes:
        """Return the original bytes of a stored piece."""

    def receive(
        self, *, name: str, chunks: Iterable[bytes], author: Author | None, **fields: Any
    ) -> UploadT:
        """Store a file, with other fields of its upload; a worker reads it within seconds.

        Raises:
            ValidationError: the file is empty or larger than the limit.
        """
        upload = self.model(name=name[:120], uploaded_by=author, **fields)
        most = getattr(settings, self.limit)
        with transaction.atomic():
            upload.save()
            for number, piece in enumerate(pieces(chunks)):
                upload.size += len(piece)
                if upload.size > most << 20:
                    raise _refused(
                        _("The file is too large. The maximum is %(most)d MB."), most=most
                    )
                upload.parts.create(upload=upload, number=number, data=self.seal(piece))
            if not upload.size:
                raise _refused(_("The file is empty."))
            upload.save(update_fields=["size"])
        return upload

    def read_all(self) -> None:
        """Read on in every file that is not finished."""
        for upload in self._unfinished().order_by("pk"):
            try:
                # Problems are kept in English, the catalogue's language.
                with self._alone(upload) as mine, override("en"), _only_new_garbage():
                    if mine and self.may_read(upload):
                        upload.refresh_from_db()
                        self._read(upload)
            except DatabaseError:
                raise
            except Exception:
                # Neither message nor traceback: both may quote a row.
                logger.error("%s %s failed", self.model.__name__, upload.public_id)  # noqa: TRY400
                self._end(upload, UploadState.FAILED)

    def _read(self, upload: UploadT) -> None:
        if not upload.encoding:
            upload.encoding = best_encoding(self._stream(upload)[1])
            upload.save(update_fields=["encoding"])
        file, stream = self._stream(upload)
        try:
            lines = self.table().lines(stream, upload.encoding, after=upload.line)
        except ValidationError as error:
            self._end(upload, UploadState.UNREADABLE, problems_of(error))
            return
        while batch := list(islice(lines, self.batch)):
            taken = self._take(upload, batch, file.position)
            if not taken:
                return
            upload = taken
        self._end(upload)

    def _take(
        self, upload: UploadT, batch: Sequence[UploadLine[RowT]], offset: int
    ) -> UploadT | None:
        """Apply a batch and move on, in one transaction; None if another worker has."""
        with transaction.atomic():
            mine = self._locked(upload).filter(line=upload.line).first()
            if mine:
                mine.state, mine.line, mine.offset = UploadState.READING, batch[-1].number, offset
                self.apply(mine, {one.number: one.row for one in batch if one.row is not None})
                self._note(mine, batch)
                mine.save()
        return mine

    def _end(
        self, upload: UploadT, state: UploadState | None = None, problems: Sequence[Problem] = ()
    ) -> None:
        """Finish it, or end it in that state: in one transaction, and by one worker."""
        with transaction.atomic():
            if mine := self._locked(upload).first():
                self._note(mine, [UploadLine(0, None, [*problems])])
                mine.state = state or self.finish(mine)
                mine.finished_at = database_now()
                mine.save()
                self.forget(mine)

    def _note(self, upload: UploadT, lines: Sequence[UploadLine[RowT]]) -> None:
        """Count the bad lines, and store the problems of the first ones."""
        found = [problem for line in lines for problem in line.problems]
        upload.bad += sum(bool(line.problems) for line in lines)
        room = max(0, PROBLEMS_KEPT - upload.problems.count()) if found else 0
        upload.problems.bulk_create(
            upload.problems.model(
                upload=upload, line=one.line, column=one.column[:40], message=one.message[:200]
            )
            for one in found[:room]
        )

    def _unfinished(self) -> QuerySet[UploadT]:
        return self.model._default_manager.filter(state__in=UNFINISHED)

    def _locked(self, upload: UploadT) -> QuerySet[UploadT]:
        return self._unfinished().select_for_update().filter(pk=upload.pk)

    def _stream(self, upload: UploadT) -> tuple[ChunkStream, BinaryIO]:
        file = ChunkStream(partial(self._piece, upload))
        return file, cast("BinaryIO", io.BufferedReader(file))

    def _piece(self, upload: UploadT, number: int) -> bytes:
        data = upload.parts.filter(number=number).values_list("data", flat=True).first()
        return self.unseal(bytes(data)) if data else b""

    @contextmanager
    def _alone(self, upload: UploadT) -> Iterator[bool]:
        """Yield whether no other worker reads this file; a killed worker loses its lock.

        The sweep runs every few seconds, and reading takes longer: without the lock, each run
        would read the file from its beginning, for nothing.
        """
        lock = [self.model._meta.db_table, upload.pk]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", lock)
            (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine and connection.connection and not connection.connection.closed:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", lock)


@contextmanager
def _only_new_garbage() -> Iterator[None]:
    """Keep the garbage collector from what is there already.

    Each batch lives long enough to set it off, and to look through all of Django every time would
    take a fifth of what reading a file takes.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _refused(message: object, **params: object) -> ValidationError:
    return ValidationError({"file": [ValidationError(str(message) % params)]})
