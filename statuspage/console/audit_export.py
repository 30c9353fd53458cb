"""The audit log as CSV, line by line as the database gives it."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from statuspage.console.export import BOM, FORMULA, ROWS_AT_ONCE
from statuspage.staff.models import AuditEntry

# For other systems too: the names of the columns are the same in every language.
COLUMNS: Final = (
    "id",
    "at",
    "who",
    "token",
    "act",
    "target",
    "status",
    "before",
    "after",
    "ip",
)


def audit_csv(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    """Lines of CSV, newest first, through a server-side cursor."""
    yield BOM + _written([COLUMNS])
    with transaction.atomic():
        found = rows.values_list(*COLUMNS).iterator(chunk_size=ROWS_AT_ONCE)
        while batch := list(islice(found, ROWS_AT_ONCE)):
            yield _written([[_cell(value) for value in row] for row in batch])


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
