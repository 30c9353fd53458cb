"""How long a component was in which state: the arithmetic of days and percentages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.components.statuses import ComponentStatus, worst
from statuspage.components.uptime import (
    DayRecord,
    Span,
    availability,
    combined,
    days,
    history,
    runs,
)

OK = ComponentStatus.OPERATIONAL
SLOW = ComponentStatus.DEGRADED_PERFORMANCE
PARTIAL = ComponentStatus.PARTIAL_OUTAGE
MAJOR = ComponentStatus.MAJOR_OUTAGE
WORK = ComponentStatus.UNDER_MAINTENANCE

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2025, 2, 21, 12, tzinfo=BEIJING)
TODAY = NOON.date()
DAY = 24 * 3600


def one_day(*changes: tuple[int, ComponentStatus], until: int = 24) -> DayRecord:
    """Return the record of a day; changes are given by the hour."""
    midnight = datetime(2025, 2, 21, tzinfo=BEIJING)
    moments = [(midnight + timedelta(hours=hour), status) for hour, status in changes]
    spans = history(moments, midnight - timedelta(days=3), midnight + timedelta(hours=until))
    [record] = days(spans, TODAY, TODAY, BEIJING)
    return record


def test_a_component_of_which_nothing_was_said_was_well() -> None:
    record = one_day()
    assert record.seconds == {OK: DAY}
    assert availability([record]) == 100


@pytest.mark.parametrize(
    ("status", "percent"),
    [(MAJOR, "75.00"), (PARTIAL, "92.50"), (SLOW, "100.00"), (WORK, "100.00"), (OK, "100.00")],
)
def test_six_hours_cost_as_much_as_the_state_weighs(status: ComponentStatus, percent: str) -> None:
    assert availability([one_day((6, status), (12, OK))]) == Decimal(percent)


def test_a_day_takes_the_worst_state_that_it_saw() -> None:
    record = one_day((1, SLOW), (2, MAJOR), (3, PARTIAL), (4, WORK), (5, OK))
    assert record.status == MAJOR
    assert list(record.disrupted) == [MAJOR, PARTIAL, SLOW]
    assert record.maintained == 3600


def test_a_day_of_planned_work_is_not_a_disrupted_one() -> None:
    record = one_day((1, WORK), (3, OK))
    assert record.status == WORK
    assert not record.disrupted
    assert record.maintained == 7200


def test_a_day_that_is_not_over_counts_as_far_as_it_has_come() -> None:
    record = one_day((6, MAJOR), until=12)
    assert record.seconds == {OK: 6 * 3600, MAJOR: 6 * 3600}
    assert availability([record]) == 50


def test_the_state_that_begins_at_this_very_moment_is_shown_already() -> None:
    record = one_day((12, MAJOR), until=12)
    assert record.status == MAJOR


def test_an_outage_over_midnight_falls_on_both_days_in_beijing() -> None:
    begin = datetime(2025, 2, 20, 15, 0, tzinfo=UTC)  # 23:00 in Beijing
    spans = history([(begin, MAJOR), (begin + timedelta(hours=3), OK)], begin, NOON)
    first, second = days(spans, date(2025, 2, 20), TODAY, BEIJING)
    assert first.seconds == {MAJOR: 3600}
    assert second.seconds[MAJOR] == 7200


def test_days_before_the_record_are_empty_and_count_for_nothing() -> None:
    spans = history([], NOON, NOON + timedelta(hours=1))
    before, today = days(spans, TODAY - timedelta(days=1), TODAY, BEIJING)
    assert before.status is None
    assert availability([before]) is None
    assert availability([before, today]) == 100


def test_a_record_that_begins_in_the_future_is_empty() -> None:
    assert history([], NOON + timedelta(days=1), NOON) == []


def test_only_a_perfect_record_is_one_hundred_percent() -> None:
    month = [DayRecord(TODAY, {OK: 30 * DAY - 1, MAJOR: 1})]
    assert availability(month) == Decimal("99.99")


def test_a_change_before_the_record_sets_its_first_state() -> None:
    spans = history([(NOON - timedelta(days=9), PARTIAL)], NOON, NOON + timedelta(hours=1))
    assert [span.status for span in spans] == [PARTIAL]


def test_quiet_days_are_drawn_together_and_others_stand_alone() -> None:
    states = [None, None, OK, OK, MAJOR, MAJOR, OK]
    records = [
        DayRecord(TODAY + timedelta(days=number), {state: DAY} if state else {})
        for number, state in enumerate(states)
    ]
    assert [len(run) for run in runs(records)] == [2, 2, 1, 1, 1]


CHANGES = st.lists(
    st.tuples(st.integers(-5 * DAY, 5 * DAY), st.sampled_from(list(ComponentStatus))), max_size=12
)


@given(CHANGES, st.integers(0, 5 * DAY))
def test_every_second_of_the_record_is_counted_once(
    changes: list[tuple[int, ComponentStatus]], lasted: int
) -> None:
    moments = [(NOON + timedelta(seconds=second), status) for second, status in sorted(changes)]
    end = NOON + timedelta(seconds=lasted)
    spans = history(moments, NOON, end)
    found = days(spans, TODAY, TODAY + timedelta(days=9), BEIJING)
    counted = sum(sum(record.seconds.values()) for record in found)
    assert lasted <= counted <= lasted + 1, "the present state counts from its first moment on"
    assert all(sum(record.seconds.values()) <= DAY for record in found)
    percent = availability(found)
    assert percent is None or 0 <= percent <= 100


@given(CHANGES)
def test_no_second_of_an_outage_ever_raises_the_figure(
    changes: list[tuple[int, ComponentStatus]],
) -> None:
    moments = [(NOON + timedelta(seconds=second), status) for second, status in sorted(changes)]
    end = NOON + timedelta(days=6)
    last = TODAY + timedelta(days=6)
    before = availability(days(history(moments, NOON, end), TODAY, last, BEIJING))
    worse = [(moment, MAJOR) for moment, _status in moments]
    after = availability(days(history(worse, NOON, end), TODAY, last, BEIJING))
    assert before is not None
    assert after is not None
    assert after <= before


def hours(status: ComponentStatus, begin: int, end: int) -> Span:
    """Return a span of a day, by the hour."""
    return Span(status, NOON + timedelta(hours=begin), NOON + timedelta(hours=end))


def test_the_worst_of_what_holds_a_component_counts() -> None:
    held = [hours(MAJOR, 4, 6), hours(PARTIAL, 3, 7), hours(SLOW, 5, 9)]
    at = [NOON + timedelta(hours=hour) for hour in (3, 4, 6, 7, 9)]
    assert combined(held) == [*zip(at, (PARTIAL, MAJOR, PARTIAL, SLOW, OK), strict=True)]
    assert combined([]) == []


def test_what_follows_without_a_gap_is_one_state() -> None:
    held = [hours(MAJOR, 1, 2), hours(MAJOR, 2, 3), hours(MAJOR, 5, 6)]
    assert [status for _moment, status in combined(held)] == [MAJOR, OK, MAJOR, OK]


@given(st.lists(st.tuples(st.sampled_from(list(ComponentStatus)), st.integers(0, 30)), max_size=4))
def test_what_holds_a_component_neither_makes_nor_loses_time(given_spans) -> None:
    held = [hours(status, begin, begin + 5) for status, begin in given_spans]
    end = NOON + timedelta(hours=24)
    found = history(combined(held), NOON, end)
    assert (found[0].begin, found[-1].end >= end) == (NOON, True)
    assert all(one.end == following.begin for one, following in pairwise(found))
    for span in found:
        holding = [one.status for one in held if one.begin <= span.begin < one.end]
        assert span.status == worst(holding)
