"""The arithmetic of the figures, on a log that is written by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.transparency.figures import LoggedStatement, MonthFigures, Ratio, months

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2025, 2, 20, 4, 0, tzinfo=UTC)
NOW = NOON + timedelta(days=60)


def after(minutes: float) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


class Log:
    """Statements with running numbers."""

    def __init__(self) -> None:
        self.said: list[LoggedStatement] = []

    def say(
        self,
        kind: str,
        minutes: float = 0,
        subject: str = "a",
        corrects: int | None = None,
        **what: Any,
    ) -> LoggedStatement:
        at = NOON + timedelta(minutes=minutes)
        one = LoggedStatement(len(self.said) + 1, kind, subject, corrects, at, what)
        self.said.append(one)
        return one

    def month(self, name: str = "2025-02") -> MonthFigures:
        found = {one.month: one for one in months(self.said, NOW, BEIJING)}
        return found[name]


@pytest.fixture
def log() -> Log:
    return Log()


def test_the_first_word_is_measured_from_the_detection(log: Log) -> None:
    for subject, late in (("a", 5), ("b", 20), ("c", 9)):
        log.say("incident.opened", late, subject, detected_at=after(0), first_update_by=after(10))
    log.say("incident.opened", 0, "d", detected_at=None, first_update_by=after(-5))
    found = log.month()
    assert found.incidents == 4
    assert found.first_update == 9
    assert (found.first_updates.kept, found.first_updates.of) == (2, 3)


def test_an_update_is_on_time_to_the_second(log: Log) -> None:
    log.say("incident.opened", 0, next_update_by=after(30))
    log.say("incident.updated", 30, next_update_by=after(60))
    log.say("incident.updated", 60.1, next_update_by=after(90))
    log.say("incident.updated", 80, status="resolved", next_update_by=None)
    assert (log.month().updates.kept, log.month().updates.of) == (2, 3)


def test_a_promise_that_nobody_answered_is_late_and_one_to_come_is_neither(log: Log) -> None:
    log.say("incident.opened", 0, "a", next_update_by=after(30))
    assert (log.month().updates.kept, log.month().updates.of) == (0, 1)
    log.say("incident.opened", 0, "b", next_update_by=(NOW + timedelta(hours=1)).isoformat())
    assert log.month().updates.of == 1


def test_a_correction_is_no_update(log: Log) -> None:
    opened = log.say("incident.opened", 0, next_update_by=after(30))
    log.say("correction", 10, corrects=opened.number, next_update_by=after(30))
    assert (log.month().updates.kept, log.month().updates.of) == (0, 1)


def test_what_was_withdrawn_does_not_count(log: Log) -> None:
    opened = log.say("incident.opened", 0, detected_at=after(-60), first_update_by=after(-50))
    log.say("withdrawal", 5, corrects=opened.number)
    assert months(log.said, NOW, BEIJING) == []


def test_the_time_to_the_end_is_the_median_from_the_beginning(log: Log) -> None:
    for subject, minutes in (("a", 60), ("b", 100), ("c", 400)):
        log.say("incident.opened", 0, subject, started_at=after(-10))
        log.say("incident.updated", minutes, subject, status="monitoring")
        log.say("incident.updated", minutes + 5, subject, status="resolved")
        log.say("incident.updated", minutes + 50, subject, status="resolved")
    assert log.month().resolve == 115


def test_what_was_entered_afterwards_was_never_prompt(log: Log) -> None:
    log.say("incident.backfilled", 0, started_at=after(-600), status="resolved")
    assert months(log.said, NOW, BEIJING) == []


def test_a_month_is_beijings(log: Log) -> None:
    last_evening = datetime(2025, 2, 28, 16, 30, tzinfo=UTC)
    log.said.append(LoggedStatement(1, "incident.opened", "a", None, last_evening, {}))
    assert log.month("2025-03").incidents == 1


def test_corrections_of_notices_are_counted_and_automatic_notices_are_not(log: Log) -> None:
    notice = log.say("notice.delay", 0, "n", payload={})
    log.say("correction", 5, "n", corrects=notice.number, payload={})
    log.say("notice.backlog", 6, "m", payload={"open": 3, "counted_at": after(6)}, incident="a")
    found = log.month()
    assert (found.notices, found.corrected) == (1, 1)


def test_money_counts_when_promised_and_when_paid(log: Log) -> None:
    log.say("notice.fee_waiver", 0, "w", payload={"promised_total": "1000.50"})
    log.say("notice.compensation", 0, "x", payload={"promised_total": "20"})
    log.say("notice.fee_waiver", 0, "y", payload={"promised_total": None})
    log.say("notice.payout_progress", 0, "z", payload={"amount": "500.25", "paid_on": "2025-03-01"})
    assert log.month().promised == Decimal("1020.50")
    assert log.month("2025-03").paid == Decimal("500.25")


def backlog(log: Log, open_ones: int, day: int) -> None:
    counted = datetime(2025, 2, day, 15, 0, tzinfo=BEIJING).isoformat()
    payload = {"open": open_ones, "counted_at": counted}
    log.say("notice.backlog", 0, f"b{len(log.said)}", payload=payload, incident="a")


@pytest.mark.parametrize(("arrived", "kept"), [(21, 1), (22, 1), (23, 0), (None, 0)])
def test_a_settlement_date_is_kept_by_its_day(log: Log, arrived: int | None, kept: int) -> None:
    log.say("notice.delay", 0, "d", payload={"arrives_by": "2025-02-21"}, incident="a")
    log.say("notice.recovery", 0, "r", payload={"backlog_by": "2025-02-22"}, incident="a")
    backlog(log, 5, 20)
    if arrived:
        backlog(log, 0, arrived)
    assert (log.month().arrivals.kept, log.month().arrivals.of) == (kept, 1)


def test_without_word_of_the_backlog_nobody_can_tell(log: Log) -> None:
    log.say("notice.delay", 0, "d", payload={"arrives_by": "2025-02-21"}, incident="a")
    assert log.month().arrivals.of == 0


def test_a_date_to_come_is_neither_kept_nor_missed(log: Log) -> None:
    log.say("notice.delay", 0, "d", payload={"arrives_by": "2025-12-01"}, incident="a")
    assert all(not one.arrivals.of for one in months(log.said, NOW, BEIJING))


def test_a_later_report_replaces_an_earlier_one(log: Log) -> None:
    report = {
        "month": "2025-01",
        "messages": 10,
        "within_1_minute": 5,
        "within_5_minutes": 8,
        "sms": 4,
        "sms_within_5_minutes": 4,
    }
    log.say("notice.delivery_report", 0, "r", payload=report)
    log.say("notice.delivery_report", 1, "s", payload=report | {"within_5_minutes": 9})
    found = log.month("2025-01")
    assert found.told_5_minutes == Ratio(9, 10)
    assert found.told_1_minute.percent == Decimal("50.0")
    assert found.sms_5_minutes.percent == 100


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_only_all_of_them_are_a_hundred_percent(kept: int, more: int) -> None:
    share = Ratio(kept, kept + more)
    if not share.of:
        assert share.percent is None
    else:
        assert share.percent is not None
        assert (share.percent == 100) == (more == 0)
        assert 0 <= share.percent <= 100
