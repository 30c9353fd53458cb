"""Importing subscribers in bulk; a merchant's own choice is never overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final

from django.db import transaction
from django.utils.functional import Promise

from notifications.subscribers.crypto import decrypt, encrypt
from notifications.subscribers.models import Import
from notifications.subscribers.services.csv_rows import SubscriberRow, SubscriberTable
from notifications.subscribers.services.import_rows import rows_write
from notifications.subscribers.services.withdrawals import (
    adding_beside_no_erasure,
    withdrawn_among,
)
from statuspage.uploads.pipeline import Pipeline
from statuspage.uploads.tables import Problem, UploadLine, best_encoding

BATCH: Final = 1000
# A file of the wrong kind has an error in every line.
ERRORS_LISTED: Final = 1000
SEALED_AS: Final = "import"
# Bytes as text and back, for a cipher that takes text.
ANY_BYTE: Final = "latin-1"


@dataclass
class ImportReport:
    """What an import did, in rows; `errors` lists up to 1000 of the `failed` lines' problems."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[Problem] = field(default_factory=list)


def subscriber_import(stream: BinaryIO) -> ImportReport:
    """Import a CSV with the header `phone,language,category,consent_source`.

    `email`, `robot` (the address of a group robot), `components` (public ids), `topics`,
    `timezone`, `one_by_one` (yes or no: told by one channel, by the next only if that fails) and
    `merchant` (the merchant number, kept as a keyed hash) are optional columns. Each batch is one
    transaction; a bad line is reported and stops no other. A number that its owner confirmed or
    stopped is skipped.

    Raises:
        ValidationError: by column, what is wrong with the header.
    """
    report = ImportReport()
    encoding = best_encoding(stream)
    stream.seek(0)
    lines = SubscriberTable().lines(stream, encoding)
    while batch := list(islice(lines, BATCH)):
        with transaction.atomic():
            rows = {line.number: line.row for line in batch if line.row}
            refused = rows_import(rows, report)
        bad = [line for line in batch if line.problems]
        for line in sorted([*bad, *refused], key=lambda line: line.number):
            report.failed += 1
            report.errors += line.problems[: max(0, ERRORS_LISTED - len(report.errors))]
    return report


def rows_import(
    rows: Mapping[int, SubscriberRow], report: ImportReport | Import
) -> list[UploadLine[SubscriberRow]]:
    """Import some rows inside the caller's transaction, and add to the report.

    Returns the lines of those whose owners had them erased, or stopped the messages: nothing of
    such a line is imported.
    """
    adding_beside_no_erasure()
    gone = withdrawn_among(one for row in rows.values() for _column, one in row.contacts)
    refused = {number: found for number, row in rows.items() if (found := _withdrawn(row, gone))}
    wanted = [row for number, row in rows.items() if number not in refused]
    done = rows_write({row.phone.index: row for row in wanted}.values())
    report.updated += done.updated
    report.created += done.created
    report.skipped += len(wanted) - done.updated - done.created
    return [
        UploadLine(number, None, [Problem(number, column, str(why))])
        for number, (column, why) in refused.items()
    ]


def _withdrawn(row: SubscriberRow, gone: Mapping[str, Promise]) -> tuple[str, Promise] | None:
    """Return the column whose address may not be added, and why; None if all may."""
    found = (one for one in row.contacts if one[1].index in gone)
    return next(((column, gone[contact.index]) for column, contact in found), None)


class Imports(Pipeline[Import, SubscriberRow]):
    """Each batch is imported as it is read; a bad line stops no other."""

    model = Import
    table = SubscriberTable
    limit = "IMPORT_MAX_MB"
    batch = 10_000

    def apply(self, upload: Import, rows: Mapping[int, SubscriberRow]) -> None:
        """Import the rows."""
        self._note(upload, rows_import(rows, upload))

    def seal(self, piece: bytes) -> bytes:
        """Encrypt a piece like the addresses in it."""
        return encrypt(piece.decode(ANY_BYTE), SEALED_AS)

    def unseal(self, data: bytes) -> bytes:
        """Decrypt a piece."""
        return decrypt(data, SEALED_AS).encode(ANY_BYTE)


IMPORTS: Final = Imports()
