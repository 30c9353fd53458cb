"""Dates worked out by hand and by acquirers: every row of the published vectors must come out.

Each row names the notice or the calendar that it comes from. The file is the one that was handed
over, byte for byte: its digest stands below.
"""

import csv
import hashlib
from datetime import datetime, time
from pathlib import Path

import pytest

from statuspage.calendar.library import library_days
from statuspage.calendar.workdays import Calendar, NotYetPublished
from statuspage.settlement.cycles import SHANGHAI, AfterCutoff, Cycle, Rule, calculate_arrival

VECTORS = Path(__file__).resolve().parents[2] / "data" / "settlement_vectors.csv"
HANDED_OVER = "7b1b30472a18daae681c24a3da03e5fd0445c6abc95e5f0a76875913d540ad38"
ROWS = list(csv.DictReader(VECTORS.read_text(encoding="utf-8").splitlines()))
YEARS = range(2018, 2027)
CALENDAR = Calendar(
    frozenset(YEARS), {day: what for year in YEARS for day, what in library_days(year).items()}
)


def rule_of(row: dict[str, str]) -> Rule:
    cycle, _, fallback = row["rule"].partition(" else ")
    return Rule(
        cycle=Cycle.parse(cycle),
        cutoff=time.fromisoformat(row["cutoff"]) if row["cutoff"] else None,
        after_cutoff=AfterCutoff.FALLBACK_CYCLE if fallback else AfterCutoff.ACCOUNTING_NEXT_DAY,
        fallback=Cycle.parse(fallback) if fallback else None,
    )


def moment_of(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["transaction_datetime"]).replace(tzinfo=SHANGHAI)


def name_of(row: dict[str, str]) -> str:
    return f"{row['rule']} {row['transaction_datetime']} {row['cutoff']}"


def test_there_are_as_many_vectors_as_were_handed_over() -> None:
    assert len(ROWS) == 284
    assert sum(not row["arrival_date"] for row in ROWS) == 1


def test_the_file_is_the_one_that_was_handed_over() -> None:
    assert hashlib.sha256(VECTORS.read_bytes()).hexdigest() == HANDED_OVER


def test_the_money_arrives_on_the_day_that_was_published() -> None:
    wrong = {
        f"{name_of(row)} ({row['source']})": (found, row["arrival_date"])
        for row in ROWS
        if row["arrival_date"]
        and (found := calculate_arrival(rule_of(row), moment_of(row), CALENDAR).arrival.isoformat())
        != row["arrival_date"]
    }
    assert wrong == {}


@pytest.mark.parametrize("row", [row for row in ROWS if not row["arrival_date"]], ids=name_of)
def test_a_year_that_is_not_published_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(NotYetPublished) as refusal:
        calculate_arrival(rule_of(row), moment_of(row), CALENDAR)
    assert refusal.value.year == 2027
