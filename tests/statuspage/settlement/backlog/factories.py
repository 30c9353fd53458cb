"""Counts of a backlog."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from statuspage.settlement.backlog import Cell, backlog_tell
from statuspage.statements.models import Statement
from tests.statuspage.settlement.rules.factories import beijing

START = beijing("2025-02-22 09:00")


def cell(affected: int = 1000, open_: int = 1000, **values: Any) -> Cell:
    """Micro merchants' transactions of 18 February, ten yuan each, each of another merchant."""
    given: dict[str, Any] = {
        "day": date(2025, 2, 18),
        "category": "micro",
        "affected": affected,
        "open": open_,
        "affected_amount": Decimal(10 * affected),
        "open_amount": Decimal(10 * open_),
        "merchants": affected,
        "open_merchants": open_,
    }
    return Cell(**{**given, **values})


def tell(
    incident_id: str, *cells: Cell, hours: float = 0, at: datetime | None = None
) -> Statement | None:
    """Say what was counted so many hours after the start."""
    return backlog_tell(
        incident_id=incident_id, cells=cells, counted_at=at or START + timedelta(hours=hours)
    )
