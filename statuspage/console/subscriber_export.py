"""Every subscriber's addresses as a spreadsheet, row by row as the database gives them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from notifications.subscribers.crypto import CannotDecrypt
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.selectors import clear_address
from statuspage.console.export import BOM, FORMULA

ROWS_AT_ONCE: Final = 2000
# The columns of an import where there are such, so that a masked export shows what to send in.
HEADER: Final = (
    "subscriber",
    "channel",
    "address",
    "language",
    "category",
    "topics",
    "components",
    "timezone",
    "one_by_one",
    "confirmed_at",
    "stopped_at",
    "stopped_for",
    "consent_source",
    "consent_at",
)


def subscribers_csv(*, clear: bool) -> Iterator[str]:
    """Lines of CSV; addresses masked unless `clear`. Neither rows nor their number are held."""
    yield BOM + _written([HEADER])
    # In a transaction, or the cursor would have the database copy its whole result first.
    with transaction.atomic():
        rows = _rows().iterator(chunk_size=ROWS_AT_ONCE)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            yield _written([*map(_cell, _row(one, clear))] for one in batch)


def _rows() -> QuerySet[Address]:
    given = Consent.objects.filter(address=OuterRef("pk"), act=Consent.Act.GIVEN).order_by("-pk")
    return (
        Address.objects.select_related("subscriber", "subscription")
        .annotate(
            consent_source=Subquery(given.values("source")[:1]),
            consent_at=Subquery(given.values("at")[:1]),
        )
        .order_by("pk")
    )


def _row(one: Address, clear: bool) -> Sequence[Any]:
    person, wishes = one.subscriber, getattr(one, "subscription", None)
    return (
        person.public_id,
        one.channel,
        _in_clear(one) if clear else one.masked,
        person.language,
        person.category,
        ";".join(wishes.topics) if wishes else "",
        ";".join(wishes.components) if wishes else "",
        person.timezone,
        "yes" if person.one_by_one else "no",
        one.confirmed_at,
        one.suppressed_at,
        one.suppressed_for,
        getattr(one, "consent_source"),  # noqa: B009 - annotated above
        getattr(one, "consent_at"),  # noqa: B009
    )


def _in_clear(one: Address) -> str:
    try:
        return clear_address(one)
    except CannotDecrypt:
        return one.masked


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _written(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
