"""Micro merchants T+1 until 23:00, industry merchants D+1; the calendar of 2023 to 2026."""

from datetime import time
from decimal import Decimal

import pytest

from statuspage.lib.money import Fee
from tests.statuspage.calendar.factories import load
from tests.statuspage.settlement.rules.factories import make_rule


@pytest.fixture
def rules(db: None) -> None:
    """As in the demonstration."""
    load(2023, 2024, 2025, 2026)
    values = {"cutoff": time(23), "usual_arrival": time(18), "fee": Fee(Decimal("0.6"))}
    make_rule("T+1", "micro", **values)
    make_rule("D+1", "industry", **values)
