"""How messages word spans of time: as short as can be without being read in two ways."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils.translation import override

from statuspage.notices.phrases import (
    day_and_weekday,
    day_range,
    ended,
    short_day,
    short_end,
    span,
    transactions,
)

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
            "transactions from 18 Feb, 10:42 to 24:00 on 20 Feb",
        ),
        (
            "2025-02-18T02:42:00.000Z",
            "2025-02-18T13:40:00.000Z",
            "transactions from 18 Feb, 10:42 to 21:40",
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
            "transactions from 30 Dec 2024 to 31 Dec 2024",
        ),
        ("2025-02-17T16:00:00.000Z", "2025-02-17T16:00:00.000Z", None),
    ],
)
def test_whole_days_are_days_and_the_last_one_is_named(begin, end, said):
    found = worded(begin, end)
    assert found == (said or "transactions from 18 Feb, 00:00 to 18 Feb, 00:00")


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        (*WHOLE_DAYS, "2月18日至2月20日的交易"),
        (
            "2024-12-29T16:00:00.000Z",
            "2024-12-31T16:00:00.000Z",
            "2024年12月30日至12月31日的交易",
        ),
        (
            "2025-02-18T02:42:00.000Z",
            "2025-02-20T16:00:00.000Z",
            "2月18日 10:42至2月20日 24:00的交易",
        ),
    ],
)
def test_in_chinese_a_year_is_said_once(begin, end, said):
    assert worded(begin, end, "zh-hans") == said


def test_an_end_at_midnight_is_of_the_day_that_ends():
    with time_machine.travel(NOW, tick=False), override("en"):
        assert short_end("2024-05-02T16:00:00.000Z") == "24:00 on 2 May 2024"
        assert short_end("2024-05-02T16:01:00.000Z") == "3 May 2024, 00:01"
        assert day_range("2025-03-01", "2025-06-30") == {"first": "1 Mar", "last": "30 Jun"}


def test_a_year_is_said_once():
    with time_machine.travel(NOW, tick=False), override("en"):
        assert short_day("2024-10-08", 2024) == "8 Oct"
        assert short_day("2024-10-08") == "8 Oct 2024"


@pytest.mark.parametrize(
    ("end", "chinese", "english"),
    [
        (WHOLE_DAYS[1], "2月18日至2月20日", "18 Feb to 20 Feb"),
        ("2025-02-18T16:00:00.000Z", "2月18日", "18 Feb"),
        (None, "2月18日（含）起，结束时间尚未确定", "18 Feb onwards, end not yet known"),
    ],
)
def test_a_line_of_details_says_both_times_once(end, chinese, english):
    with time_machine.travel(NOW, tick=False):
        for language, said in (("zh-hans", chinese), ("en", english)):
            with override(language):
                assert span(WHOLE_DAYS[0], end) == said


def test_weekdays_are_short_in_chinese():
    with time_machine.travel(NOW, tick=False), override("zh-hans"):
        assert day_and_weekday("2025-10-09") == "10月9日（周四）"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请改用刷卡", "请改用刷卡。"),
        ("请改用刷卡。", "请改用刷卡。"),
        ("Pay by card ", "Pay by card."),
        ("Pay by card!", "Pay by card!"),
        ("（见附件）", "（见附件）。"),
        ("", ""),
    ],
)
def test_what_an_author_wrote_ends_before_the_next_sentence(written: str, said: str) -> None:
    with override("en"):
        assert ended(written) == said
