"""The ledger as a spreadsheet, row by row as the database gives them."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.channels import channels
from notifications.delivery.models import Delivery
from notifications.delivery.states import DeliveryState
from statuspage.console.labels import REASONS

# Without it Excel takes UTF-8 for something else.
BOM: Final = "\ufeff"
ROWS_AT_ONCE: Final = 2000
# A cell that begins so is a formula to a spreadsheet, whoever wrote it.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "statement_id",
    "address__masked",
    "channel",
    "provider",
    "language",
    "state",
    "reason",
    "code",
    "attempts",
    "segments",
    "first_tried_at",
    "sent_at",
    "settled_at",
    "updated_at",
)


def ledger_csv(rows: QuerySet[Delivery]) -> Iterator[str]:
    """Lines of CSV in the language that is active now, whenever they are read.

    A server-side cursor: neither the rows nor their number is ever held here.
    """
    return _lines(rows, _header(), _labels())


def _lines(
    rows: QuerySet[Delivery], header: Sequence[str], labels: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    yield BOM + _written([header])
    # In a transaction, or the cursor would have the database copy its whole result first.
    with transaction.atomic():
        found = rows.values_list(*COLUMNS).iterator(chunk_size=ROWS_AT_ONCE)
        while batch := list(islice(found, ROWS_AT_ONCE)):
            yield _written([_cell(name, one, labels) for name, one in _named(row)] for row in batch)


def _named(row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return zip(COLUMNS, row, strict=True)


def _written(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(name: str, value: Any, labels: Mapping[str, Mapping[str, str]]) -> str:
    if value is None:
        return labels["empty"].get(name, "")
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    text = labels.get(name, {}).get(value, str(value))
    return f"'{text}" if text.startswith(FORMULA) else text


def _labels() -> dict[str, dict[str, str]]:
    """Words for values, translated now: when the lines are read the request is over."""
    names = {one.name: str(one.label) for one in channels()}
    return {
        "channel": names,
        "provider": names,
        "state": {value: str(label) for value, label in DeliveryState.choices},
        "reason": {str(value): str(label) for value, label in REASONS.items()},
        "empty": {"address__masked": _("erased")},
    }


def _header() -> list[str]:
    return [
        _("Statement"),
        _("Address"),
        _("Channel"),
        _("Provider"),
        _("Language"),
        _("State"),
        _("Reason"),
        _("Code"),
        _("Attempts"),
        _("Segments"),
        _("First tried"),
        _("Sent at"),
        _("Final since"),
        _("Last change"),
    ]
