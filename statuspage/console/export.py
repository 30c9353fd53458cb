"""CSV exports, streamed from the database: the ledger, the subscribers and the audit log."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from notifications.channels.media import labels as channel_labels
from notifications.delivery.models import Delivery
from notifications.delivery.states import DeliveryState
from notifications.subscribers.crypto import CannotDecrypt
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.selectors import clear_address
from statuspage.console.labels import REASONS
from statuspage.staff.audit import who_said
from statuspage.staff.models import AuditEntry

# Without it Excel does not recognise UTF-8.
BOM: Final = "\ufeff"
ROWS_AT_ONCE: Final = 2000
# A spreadsheet runs a cell that begins so as a formula, wherever the text came from.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
LEDGER: Final[Mapping[str, Any]] = {
    "statement_id": gettext_lazy("Statement"),
    "address__masked": gettext_lazy("Address"),
    "channel": gettext_lazy("Channel"),
    "provider": gettext_lazy("Provider"),
    "language": gettext_lazy("Language"),
    "state": gettext_lazy("State"),
    "reason": gettext_lazy("Reason"),
    "code": gettext_lazy("Error code"),
    "attempts": gettext_lazy("Attempts"),
    "segments": gettext_lazy("Segments"),
    "first_tried_at": gettext_lazy("First tried"),
    "sent_at": gettext_lazy("Sent at"),
    "settled_at": gettext_lazy("Finished at"),
    "updated_at": gettext_lazy("Last change"),
}
# Named like the columns of an import where possible: a masked export shows what to upload.
SUBSCRIBERS: Final = {
    "subscriber": "subscriber__public_id",
    "channel": "channel",
    "address": "masked",
    "language": "subscriber__language",
    "category": "subscriber__category",
    "topics": "subscription__topics",
    "components": "subscription__components",
    "timezone": "subscriber__timezone",
    "one_by_one": "subscriber__one_by_one",
    "agent": "subscriber__agent",
    "products": "subscriber__products",
    "models": "subscriber__terminal_models",
    "cycles": "subscriber__cycles",
    "agent_code": "subscriber__agent_code",
    "province": "subscriber__province",
    "confirmed_at": "confirmed_at",
    "stopped_at": "suppressed_at",
    "stopped_for": "suppressed_for",
    "consent_source": "consent_source",
    "consent_at": "consent_at",
}
# For other systems too: the names of the columns are the same in every language.
AUDIT: Final = ("id", "at", "who", "token", "act", "target", "status", "before", "after", "ip")


def csv_response(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """Return lines of CSV as a download."""
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def written(rows: Iterable[Sequence[str]]) -> str:
    """Yield rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def ledger_csv(rows: QuerySet[Delivery]) -> Iterator[str]:
    """Return the ledger in the language active at the call, not when the lines are read."""
    names = {name: str(label) for name, label in channel_labels().items()}
    # Translated now: the request is over when the lines are read.
    labels: dict[str, Mapping[Any, str]] = {
        "channel": names,
        "provider": names,
        "state": {value: str(label) for value, label in DeliveryState.choices},
        "reason": {str(value): str(label) for value, label in REASONS.items()},
        "address__masked": {None: _("erased")},
    }

    def cells(row: Sequence[Any]) -> list[str]:
        named = zip(LEDGER, row, strict=True)
        return [_cell(labels.get(name, {}).get(value, value)) for name, value in named]

    return _lines([str(one) for one in LEDGER.values()], rows.values_list(*LEDGER), cells)


def subscribers_csv(*, clear: bool) -> Iterator[str]:
    """Return every subscriber's addresses, masked unless `clear`."""
    given = Consent.objects.filter(address=OuterRef("pk"), act=Consent.Act.GIVEN).order_by("-pk")
    rows = Address.objects.order_by("pk").annotate(
        consent_source=Subquery(given.values("source")[:1]),
        consent_at=Subquery(given.values("at")[:1]),
    )

    def cells(row: Sequence[Any]) -> list[str]:
        sealed, kind, *values = row
        shown = dict(zip(SUBSCRIBERS, values, strict=True))
        if clear:
            with suppress(CannotDecrypt):
                shown["address"] = clear_address(Address(sealed=sealed, kind=kind))
        return [_cell(value) for value in shown.values()]

    columns = ("sealed", "kind", *SUBSCRIBERS.values())
    return _lines([*SUBSCRIBERS], rows.values_list(*columns), cells)


def audit_csv(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    """Return the audit log, newest first."""
    found, language = rows.values_list("staff_id", "name", *AUDIT), get_language()

    def cells(row: Sequence[Any]) -> list[str]:
        staff_id, name, *values = row
        shown = dict(zip(AUDIT, values, strict=True))
        with override(language):
            shown["who"] = who_said(staff_id, name, shown["who"])
        return [_cell(value, sep="T") for value in shown.values()]

    return _lines(AUDIT, found, cells)


def _lines(
    header: Sequence[str], rows: QuerySet[Any, Any], cells: Callable[[Any], Iterable[str]]
) -> Iterator[str]:
    """Yield the rows through a server-side cursor, so that memory use does not grow."""
    yield BOM + written([header])
    # In a transaction, or the cursor would have the database copy its whole result first.
    with transaction.atomic():
        found = rows.iterator(chunk_size=ROWS_AT_ONCE)
        while batch := list(islice(found, ROWS_AT_ONCE)):
            yield written([*cells(row)] for row in batch)


def _cell(value: Any, sep: str = " ") -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=sep, timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ";".join(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
