"""The arithmetic of rules: cut-off, natural days, what is skipped, and what always holds."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from statuspage.calendar.workdays import Calendar, NotYetPublished, ordinary
from statuspage.notices.values import CYCLE
from statuspage.settlement.cycles import (
    SHANGHAI,
    AfterCutoff,
    Basis,
    Cycle,
    Rule,
    calculate_arrival,
)
from tests.statuspage.settlement.test_vectors import CALENDAR

CUTOFF = time(23)
T1 = Rule(Cycle.parse("T+1"))
D1 = Rule(Cycle.parse("D+1"))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def arrival(rule: Rule, at: str) -> str:
    return calculate_arrival(rule, beijing(at), CALENDAR).arrival.isoformat()


counted = st.sampled_from([Basis.SETTLEMENT_WORKDAY, Basis.CALENDAR_DAY])
cycles = st.one_of(
    st.builds(Cycle, counted, st.integers(0, 7)),
    st.builds(Cycle, st.just(Basis.WEEK), st.integers(1, 7)),
    st.builds(Cycle, st.just(Basis.MONTH), st.integers(1, 31)),
)
workday_cycles = st.builds(Cycle, st.just(Basis.SETTLEMENT_WORKDAY), st.integers(0, 7))
cutoffs = st.none() | st.times()
moments = st.datetimes(
    datetime(2018, 1, 1), datetime(2026, 11, 30), timezones=st.sampled_from([SHANGHAI, UTC])
)


@st.composite
def falling_back(draw: st.DrawFn) -> Rule:
    return Rule(draw(cycles), draw(st.times()), AfterCutoff.FALLBACK_CYCLE, draw(cycles))


@given(st.builds(Rule, cycles, cutoffs) | falling_back(), moments)
def test_money_never_arrives_before_the_transaction(rule: Rule, at: datetime) -> None:
    assert calculate_arrival(rule, at, CALENDAR).arrival >= at.astimezone(SHANGHAI).date()


@given(st.builds(Rule, workday_cycles, cutoffs), moments)
def test_a_t_rule_pays_on_settlement_workdays_only(rule: Rule, at: datetime) -> None:
    assert CALENDAR.settles(calculate_arrival(rule, at, CALENDAR).arrival)


@given(st.builds(Rule, cycles, cutoffs), moments, moments)
def test_who_pays_later_is_paid_no_earlier(rule: Rule, one: datetime, other: datetime) -> None:
    earlier, later = sorted([one, other])
    first, second = (
        calculate_arrival(rule, earlier, CALENDAR),
        calculate_arrival(rule, later, CALENDAR),
    )
    assert first.arrival <= second.arrival


# "D+0 else T+1" is the exception by design: what comes after the cut-off on the eve of a holiday
# waits for its end, while the next morning's payment arrives at once. Each of its two cycles keeps
# the order for itself.
@given(falling_back(), moments, moments)
def test_each_cycle_of_a_rule_that_falls_back_keeps_the_order(
    rule: Rule, one: datetime, other: datetime
) -> None:
    first, second = (calculate_arrival(rule, at, CALENDAR) for at in sorted([one, other]))
    if first.cutoff_passed == second.cutoff_passed:
        assert first.arrival <= second.arrival


@given(st.builds(Rule, workday_cycles, cutoffs), moments)
def test_what_is_skipped_lies_on_the_way_and_does_not_settle(rule: Rule, at: datetime) -> None:
    found = calculate_arrival(rule, at, CALENDAR)
    assert all(found.accounting_day <= day < found.arrival for day, _ in found.skipped)
    assert not any(what.settles for _, what in found.skipped)
    on_the_way = (found.arrival - found.accounting_day).days
    assert len(found.skipped) == on_the_way - (found.cycle_used.offset if on_the_way else 0)


@given(workday_cycles.filter(lambda one: one.offset < 6), moments)
def test_one_workday_more_is_the_next_settlement_workday(cycle: Cycle, at: datetime) -> None:
    sooner = calculate_arrival(Rule(cycle), at, CALENDAR)
    later = calculate_arrival(Rule(Cycle(cycle.basis, cycle.offset + 1)), at, CALENDAR)
    if cycle.offset:
        assert later.arrival == CALENDAR.next_settling(sooner.arrival)
    assert later.arrival > sooner.arrival or not CALENDAR.settles(sooner.accounting_day)


def test_national_day_is_skipped_by_name() -> None:
    found = calculate_arrival(T1, beijing("2024-09-30 12:00"), CALENDAR)
    assert found.arrival == date(2024, 10, 8)
    assert [(day.isoformat(), what.label["zh-hans"]) for day, what in found.skipped] == [
        (f"2024-10-0{day}", "国庆节") for day in range(1, 8)
    ]


def test_a_calendar_day_rule_skips_nothing_even_in_a_year_nobody_knows() -> None:
    found = calculate_arrival(D1, beijing("2027-02-05 12:00"), CALENDAR)
    assert found.arrival == date(2027, 2, 6)
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2025-09-29 22:59:59.999999", "2025-09-29"),
        ("2025-09-29 23:00:00", "2025-09-30"),
        ("2025-09-29 23:59:59", "2025-09-30"),
        ("2025-09-30 00:00:00", "2025-09-30"),
    ],
)
def test_the_accounting_day_turns_at_the_cut_off_and_not_at_midnight(at: str, day: str) -> None:
    found = calculate_arrival(Rule(Cycle.parse("D+0"), CUTOFF), beijing(at), CALENDAR)
    assert found.accounting_day.isoformat() == day


def test_without_a_cut_off_the_day_turns_at_midnight() -> None:
    assert arrival(D1, "2025-03-04 23:59:59.999999") == "2025-03-05"
    assert arrival(D1, "2025-03-05 00:00:00") == "2025-03-06"


def test_the_date_is_shanghai_s_wherever_the_clock_stood() -> None:
    # 16:30 in London is half past midnight in Shanghai, a day later.
    assert calculate_arrival(
        D1, datetime(2025, 3, 4, 16, 30, tzinfo=UTC), CALENDAR
    ).arrival == date(2025, 3, 6)


def test_years_end_leap_day_and_long_cycles(subtests: pytest.Subtests) -> None:
    for rule, at, day in [
        (T1, "2025-12-31 12:00", "2026-01-04"),  # over New Year, to a Sunday that is worked
        (D1, "2025-12-31 12:00", "2026-01-01"),
        (D1, "2024-02-28 12:00", "2024-02-29"),
        (D1, "2024-02-29 12:00", "2024-03-01"),
        (D1, "2023-02-28 12:00", "2023-03-01"),
        (T1, "2024-02-29 12:00", "2024-03-01"),
        (Rule(Cycle.parse("T+1"), CUTOFF), "2024-02-28 23:00", "2024-03-01"),
        (Rule(Cycle.parse("T+5")), "2025-02-18 10:00", "2025-02-25"),
        (Rule(Cycle.parse("T+7")), "2025-02-18 10:00", "2025-02-27"),
    ]:
        with subtests.test(rule=rule, at=at, day=day):
            assert arrival(rule, at) == day


def test_a_t_rule_at_the_end_of_the_last_known_year_is_refused() -> None:
    assert arrival(T1, "2026-12-30 12:00") == "2026-12-31"
    with pytest.raises(NotYetPublished) as refusal:
        arrival(T1, "2026-12-31 12:00")
    assert refusal.value.year == 2027


def test_make_up_days_settle_only_where_the_calendar_says_so() -> None:
    worked = date(2025, 9, 28)
    abroad = Calendar(
        CALENDAR.years, {day: what for day, what in CALENDAR.days.items() if day != worked}
    )
    assert not abroad.settles(worked)
    friday = beijing("2025-09-26 12:00")
    assert calculate_arrival(T1, friday, CALENDAR).arrival == worked
    assert calculate_arrival(T1, friday, abroad).arrival == worked + timedelta(days=1)
    assert ordinary(worked).settles is False


def test_a_moment_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calculate_arrival(T1, datetime(2025, 3, 4, 12), CALENDAR)


@pytest.mark.parametrize("text", ["T+1", "D+0", "T+10", "weekly-friday", "monthly-31"])
def test_a_cycle_is_written_as_it_is_read(text: str) -> None:
    assert str(Cycle.parse(text)) == text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (" t + 1 ", "T+1"),
        ("T1", "T+1"),
        ("t1", "T+1"),
        ("T＋1", "T+1"),
        ("Ｔ＋１", "T+1"),
        ("T　+　1", "T+1"),
        ("T加1", "T+1"),
        ("T10", "T+10"),
        ("D1", "D+1"),
        ("D0", "D+0"),
        ("ｄ０", "D+0"),
        ("S0", "D+0"),
        ("s+0", "D+0"),
        ("Ｓ＋０", "D+0"),
        ("秒到", "D+0"),
        ("weekly-friday", "weekly-friday"),
        ("Weekly Fri", "weekly-friday"),
        ("周结周五", "weekly-friday"),
        ("周结（周日）", "weekly-sunday"),
        ("每周一", "weekly-monday"),
        ("monthly-15", "monthly-15"),
        ("月结15日", "monthly-15"),
        ("月结（次月１号）", "monthly-1"),
        ("每月31日", "monthly-31"),
    ],
)
def test_a_cycle_is_read_as_operators_write_it(written: str, canonical: str) -> None:
    """T1, D1, D0, S0, T＋1; the instant product's dates are those of D+0."""
    assert str(Cycle.parse(written)) == canonical
    assert CYCLE.read(written) == canonical


def test_what_is_no_cycle_is_refused(subtests: pytest.Subtests) -> None:
    for text in [
        "",
        "T",
        "T+",
        "T-1",
        "X+1",
        "T+1.5",
        "T+100",
        "S1",
        "S+1",
        "T++1",
        "TD1",
        "weekly",
        "weekly-8",
        "周结",
        "monthly-0",
        "monthly-32",
        "月结",
    ]:
        expected = pytest.raises(ValueError, match="not a settlement cycle")
        with subtests.test(text=text), expected:
            Cycle.parse(text)
        with subtests.test(field=text), pytest.raises(ValidationError, match=r"T\+1"):
            CYCLE.read(text)


@pytest.mark.parametrize(("cutoff", "fallback"), [(None, "T+1"), (CUTOFF, None)])
def test_a_rule_that_falls_back_needs_a_cut_off_and_something_to_fall_back_to(
    cutoff: time | None, fallback: str | None
) -> None:
    with pytest.raises(ValueError, match="falls back"):
        Rule(
            Cycle.parse("D+0"),
            cutoff,
            AfterCutoff.FALLBACK_CYCLE,
            Cycle.parse(fallback) if fallback else None,
        )


def test_a_rule_is_named_as_merchants_know_it() -> None:
    assert str(T1) == "T+1"
    instant = Rule(Cycle.parse("D+0"), CUTOFF, AfterCutoff.FALLBACK_CYCLE, Cycle.parse("T+1"))
    assert str(instant) == "D+0 else T+1"
