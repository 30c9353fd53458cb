"""Files of affected transactions: their rows are staged, then applied at once, then deleted."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from statuspage.lib.database_clock import database_now
from statuspage.lib.sealing import seal, unseal
from statuspage.notices.incidents import check_incident
from statuspage.settlement.affected.applying import apply
from statuspage.settlement.affected.rows import TransactionRow, TransactionTable
from statuspage.settlement.affected.tries import tries_forget
from statuspage.settlement.models import AffectedTransaction, SettledMerchant, Upload
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.uploads.models import UNFINISHED, UploadState
from statuspage.uploads.pipeline import Pipeline

# First half of an advisory lock.
APPLYING: Final = 0xA991
# Rows that one statement deletes: no lock is held for long.
AT_ONCE: Final = 10_000
COLUMNS: Final = ", ".join(TransactionRow._fields)
STAGE: Final = (
    f"COPY settlement_stagedtransaction (upload_id, line, {COLUMNS}) FROM STDIN (FORMAT binary)"
)
# In binary form neither side spends time on hexadecimal digits and the words of a date.
TYPES: Final = (
    *("int8", "int4", "bytea", "bytea", "bytea", "varchar"),
    *("timestamptz", "numeric", "varchar", "timestamptz", "numeric"),
)

SEALED_AS: Final = "affected transactions, uploaded"


class Uploads(Pipeline[Upload, TransactionRow]):
    """A file is applied as a whole, older files of the same incident first."""

    model = Upload
    table = TransactionTable
    limit = "TRANSACTIONS_MAX_MB"
    batch = 5_000

    def seal(self, piece: bytes) -> bytes:
        """Encrypt a piece under TRANSACTION_KEY: merchants, references and phones are in it."""
        return seal(piece, settings.TRANSACTION_KEY, SEALED_AS)

    def unseal(self, data: bytes) -> bytes:
        """Decrypt a piece."""
        return unseal(data, settings.TRANSACTION_KEY, SEALED_AS)

    def may_read(self, upload: Upload) -> bool:
        """Return whether no older file of the incident waits: the newer one knows better."""
        older = self._unfinished().filter(incident_id=upload.incident_id, pk__lt=upload.pk)
        return not older.exists()

    def apply(self, upload: Upload, rows: Mapping[int, TransactionRow]) -> None:
        """Stage the rows."""
        upload.good += len(rows)
        # Django does not wrap what copy() raises: a lost connection would look like a bug.
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(STAGE) as copy,
        ):
            copy.set_types(TYPES)
            for line, row in rows.items():
                copy.write_row((upload.pk, line, *row))

    def finish(self, upload: Upload) -> UploadState:
        """Apply what was staged.

        Until the end of the transaction nobody else applies rows of this incident. Otherwise two
        files could both publish the same arrival, and the older one could undo it.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [APPLYING, upload.incident_id]
            )
        return apply(upload)

    def forget(self, upload: Upload) -> None:
        """Delete the file and what was staged of it."""
        super().forget(upload)
        upload.staged.all()._raw_delete(upload.staged.db)


UPLOADS: Final = Uploads()


def upload_receive(
    *, incident_id: str, name: str, chunks: Iterable[bytes], whole: bool, author: Author | None
) -> Upload:
    """Store a file; a worker reads it soon.

    Raises:
        ValidationError: there is no such incident; the file is empty or larger than
            TRANSACTIONS_MAX_MB.
    """
    check_incident(incident_id)
    return UPLOADS.receive(
        name=name, chunks=chunks, author=author, incident_id=incident_id, whole=whole
    )


def transactions_forget() -> int:
    """Delete what has not changed for TRANSACTIONS_KEEP_DAYS; returns how many transactions."""
    tries_forget()
    before = database_now() - timedelta(days=settings.TRANSACTIONS_KEEP_DAYS)
    old = AffectedTransaction.objects.filter(updated_at__lt=before)
    forgotten = 0
    while batch := [*old.values_list("pk", flat=True)[:AT_ONCE]]:
        forgotten += AffectedTransaction.objects.filter(pk__in=batch).delete()[0]
    Upload.objects.filter(uploaded_at__lt=before).exclude(state__in=UNFINISHED).delete()
    spoken = Statement.objects.filter(published_at__lt=before).order_by("-number")
    newest = spoken.values_list("number", flat=True).first()
    if newest:
        SettledMerchant.objects.filter(statement_number__lte=newest).delete()
    return forgotten
