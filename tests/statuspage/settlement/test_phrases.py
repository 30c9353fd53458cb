"""How messages word spans of time: as short as can be without being read in two ways."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils.translation import override

from statuspage.settlement.phrases import short_day, transactions

NOW = datetime(2025, 2, 21, 8, tzinfo=UTC)
WHOLE_DAYS = ("2025-02-17T16:00:00.000Z", "2025-02-20T16:00:00.000Z")


def worded(begin: str, end: str | None, language: str = "en") -> str:
    with time_machine.travel(NOW, tick=False), override(language):
        return transactions(begin, end)


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        (*WHOLE_DAYS, "transactions from 18 Feb to 20 Feb"),
        ("2025-02-17T16:00:00.000Z", "2025-02-18T16:00:00.000Z", "transactions of 18 Feb"),
        (
            "2025-02-17T16:00:00.000Z",
            "2025-02-21T02:42:00.000Z",
            "transactions from 18 Feb, 00:00 to 21 Feb, 10:42",
        ),
        (
            "2025-02-18T02:42:00.000Z",
            "2025-02-20T16:00:00.000Z",
            "transactions from 18 Feb, 10:42 to 21 Feb, 00:00",
        ),
        ("2025-02-17T16:00:00.000Z", None, "transactions since 18 Feb"),
        ("2025-02-18T02:42:00.000Z", None, "transactions since 18 Feb, 10:42"),
        (
            "2024-12-30T16:00:00.000Z",
            "2025-01-02T16:00:00.000Z",
            "transactions from 31 Dec 2024 to 2 Jan 2025",
        ),
        (
            "2024-12-29T16:00:00.000Z",
            "2024-12-31T16:00:00.000Z",
            "transactions from 30 Dec 2024 to 31 Dec",
        ),
        ("2025-02-17T16:00:00.000Z", "2025-02-17T16:00:00.000Z", None),
    ],
)
def test_whole_days_are_days_and_the_last_one_is_named(begin, end, said):
    found = worded(begin, end)
    assert found == (said or "transactions from 18 Feb, 00:00 to 18 Feb, 00:00")


def test_in_chinese_as_well():
    assert worded(*WHOLE_DAYS, "zh-hans") == "2月18日至2月20日的交易"


def test_a_year_is_said_once():
    with time_machine.travel(NOW, tick=False), override("en"):
        assert short_day("2024-10-08", 2024) == "8 Oct"
        assert short_day("2024-10-08") == "8 Oct 2024"
