"""When the clock starts, how grave it says it is, and what is due by when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from statuspage.regulator.clock import (
    Clock,
    Duty,
    Grade,
    IncidentFacts,
    ReportedCounts,
    Rules,
    Start,
    read_clock,
)
from statuspage.regulator.regimes import CAUSES, RECIPIENTS, SOURCES, Cause, Regime

START = datetime(2026, 3, 2, 2, 42, tzinfo=UTC)
RULES = Rules(
    {
        "general": {"minutes": 120, "transactions": 100_000, "records": 5000, "customers": 500},
        "larger": {"minutes": 240, "transactions": 1_000_000},
    },
    {"first": 2, "written": 24, "closing": 240},
)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def noted(minutes: float, grade: str = "", **figures: int) -> ReportedCounts:
    return ReportedCounts(after(minutes), figures, grade)


def clock(
    *counts: ReportedCounts,
    now: float,
    ended: float | None = None,
    interrupts: bool = True,
    rules: Rules = RULES,
) -> Clock:
    end = after(ended) if ended is not None else None
    return read_clock(IncidentFacts(START, end, interrupts, counts), rules, after(now))


def test_an_interruption_that_lasts_too_long_starts_the_clock() -> None:
    before = clock(now=119)
    assert (before.grade, before.begun_at, before.begins_at) == (None, None, after(120))
    assert before.due == {}
    passed = clock(now=120)
    assert (passed.grade, passed.begun_at, passed.begins_at) == (Grade.GENERAL, after(120), None)
    assert passed.due[Duty.FIRST] == after(240)
    assert passed.due[Duty.WRITTEN] == after(120 + 24 * 60)


@pytest.mark.parametrize("ended", [30, 120])
def test_an_interruption_that_ended_in_time_never_starts_the_clock(ended: float) -> None:
    assert clock(now=600, ended=ended) == Clock(None, None, None, {})


def test_what_interrupts_nothing_is_not_measured_by_its_length() -> None:
    assert clock(now=100_000, interrupts=False) == Clock(None, None, None, {})


def test_a_longer_one_is_graver_and_began_when_it_began() -> None:
    passed = clock(now=240)
    assert (passed.grade, passed.begun_at) == (Grade.LARGER, after(120))


@pytest.mark.parametrize(
    ("figures", "grade"),
    [
        ({"transactions": 100_000}, None),
        ({"transactions": 100_001}, Grade.GENERAL),
        ({"transactions": 1_000_001}, Grade.LARGER),
        ({"records": 5000}, None),
        ({"records": 5001}, Grade.GENERAL),
        ({"customers": 501}, Grade.GENERAL),
        ({"records": 1, "customers": 501}, Grade.GENERAL),
        ({}, None),
    ],
)
def test_a_figure_beyond_the_limit_starts_the_clock(
    figures: dict[str, Any], grade: Grade | None
) -> None:
    found = clock(noted(30, **figures), now=40)
    assert found.grade == grade
    assert found.begun_at == (after(30) if grade else None)


def test_the_clock_counts_from_the_first_figure_beyond_not_from_the_last() -> None:
    found = clock(noted(30, records=6000), noted(50, records=9000), now=60)
    assert found.due[Duty.FIRST] == after(30 + 120)


def test_a_figure_that_was_put_right_stops_the_clock() -> None:
    wrong = (noted(30, transactions=500_000), noted(50, transactions=500))
    assert clock(*wrong, now=60).grade is None
    again = clock(*wrong, noted(70, transactions=200_000), now=80)
    assert again.begun_at == after(70)


def test_staff_may_judge_it_graver_than_the_figures_say() -> None:
    found = clock(noted(20, "extraordinary"), now=21, interrupts=False)
    assert (found.grade, found.begun_at) == (Grade.EXTRAORDINARY, after(20))


def test_the_closing_report_has_a_time_once_the_incident_is_over() -> None:
    assert clock(now=200).due[Duty.CLOSING] is None
    assert clock(now=200, ended=180).due[Duty.CLOSING] == after(180 + 240 * 60)
    late = clock(noted(500, records=6000), now=600, ended=60)
    assert late.due[Duty.CLOSING] == after(500 + 240 * 60)


def test_a_duty_without_hours_is_none() -> None:
    rules = Rules(RULES.thresholds, {"first": 1})
    assert clock(now=121, rules=rules).due == {Duty.FIRST: after(180)}


def test_without_thresholds_nothing_is_owed() -> None:
    assert clock(now=9999, rules=Rules({}, RULES.hours)).grade is None


def started(cause: str, minutes: float, *, grade: str = "", now: float = 600) -> Clock:
    facts = IncidentFacts(START, None, False, (), [Start(after(minutes), cause, grade)])
    return read_clock(facts, RULES, after(now))


@pytest.mark.parametrize("cause", ["negative_publicity", "double_settlement"])
def test_a_cause_without_figures_starts_the_clock_when_it_became_known(cause: str) -> None:
    found = started(cause, 15)
    assert (found.begun_at, found.grade, found.causes) == (after(15), None, [Cause(cause)])
    assert found.due[Duty.FIRST] == after(15 + 120)
    assert started(cause, 15, now=14).begun_at is None


def test_a_cause_may_be_graded_at_once() -> None:
    assert started("crowd", 15, grade="grave").grade == Grade.GRAVE


def test_the_earliest_of_cause_and_figures_counts_and_the_grade_is_the_highest() -> None:
    facts = IncidentFacts(
        START,
        None,
        True,
        [noted(30, transactions=1_000_001, records=5001)],
        [Start(after(50), "negative_publicity", "general")],
    )
    found = read_clock(facts, RULES, after(200))
    assert (found.begun_at, found.grade) == (after(30), Grade.LARGER)
    assert found.causes == [Cause.NEGATIVE_PUBLICITY, Cause.INTERRUPTION, Cause.LEAK]


def test_a_cause_whose_figure_was_put_right_is_no_cause_any_more() -> None:
    found = clock(noted(10, records=6000), noted(20, records=1), now=130)
    assert found.causes == [Cause.INTERRUPTION]


def test_a_threshold_of_nothing_is_passed_by_anything() -> None:
    rules = Rules({"general": {"records": 0}}, {"first": 2})
    assert clock(noted(5, records=0), now=6, interrupts=False, rules=rules).begun_at is None
    assert clock(noted(5, records=1), now=6, interrupts=False, rules=rules).begun_at == after(5)


def test_lost_funds_are_a_figure_too() -> None:
    rules = Rules({"extraordinary": {"loss": 100_000_000}}, {"first": 4})
    found = clock(noted(5, loss=100_000_001), now=6, interrupts=False, rules=rules)
    assert (found.grade, found.causes) == (Grade.EXTRAORDINARY, [Cause.FUNDS_LOSS])


def test_every_regime_has_its_recipient_source_and_causes() -> None:
    for regime in Regime:
        assert RECIPIENTS[regime]
        assert SOURCES[regime]
        assert CAUSES[regime][-1] == Cause.OTHER
    assert {Cause.NEGATIVE_PUBLICITY, Cause.DOUBLE_SETTLEMENT} <= {*CAUSES[Regime.PAYMENT]}
    assert {*Cause} == {one for causes in CAUSES.values() for one in causes}
