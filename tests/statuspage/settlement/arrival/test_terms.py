"""Answers by the newer terms of rules: base rule, closed days, hours, weeks, months, minimum."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.utils.translation import override

from statuspage.settlement.arrival.answers import Answer
from statuspage.settlement.arrival.words import DateStatus
from statuspage.settlement.models import DateMeans
from statuspage.statements.services import statement_withdraw
from tests.database.tampering import as_superuser
from tests.factories import make_staff, text
from tests.statuspage.calendar.factories import load
from tests.statuspage.settlement.arrival.notices import ask, codes, dated, publish
from tests.statuspage.settlement.rules.factories import beijing, make_product, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


@pytest.fixture(autouse=True)
def _instant() -> None:
    """D+0 within two hours from 07:00 to 23:00, then the base rule."""
    make_product("instant", "秒到", "Instant payout")
    make_rule(
        "D+0",
        product="instant",
        cutoff=time(23),
        after_cutoff="base_rule",
        opens=time(7),
        within=120,
    )


def instant(at: str, category: str = "micro", **values: str) -> Answer:
    return ask(at, category, "instant", **values)


def said(answer: Answer) -> tuple[str | None, time | None]:
    return dated(answer), answer.arrival_time


class TestInstant:
    """Friday 7 March 2025, and the eve of National Day 2024."""

    @pytest.mark.parametrize(
        ("at", "day", "clock"),
        [
            ("2025-03-07 12:00", "2025-03-07", time(14)),
            ("2025-03-07 06:00", "2025-03-07", time(9)),
            ("2025-03-07 12:00:01", "2025-03-07", time(14, 1)),
            ("2025-03-07 22:30", "2025-03-08", time(0, 30)),
            # After its cut-off it is an ordinary transaction, which counts as Saturday's.
            ("2025-03-07 23:00", "2025-03-10", time(18)),
            ("2025-03-07 23:30", "2025-03-10", time(18)),
            # T+1 of Sunday night is Monday's, so Tuesday.
            ("2025-03-09 23:30", "2025-03-11", time(18)),
            ("2024-09-29 23:30", "2024-10-08", time(18)),
            ("2024-10-01 12:00", "2024-10-01", time(14)),
        ],
    )
    def test_it_is_paid_within_hours_or_by_the_base_rule(
        self, at: str, day: str, clock: time
    ) -> None:
        assert said(instant(at)) == (day, clock)

    def test_after_the_cut_off_it_is_exactly_an_ordinary_transaction(self) -> None:
        for at in ("2025-03-07 23:00", "2025-04-03 23:10", "2024-09-30 23:59:59"):
            assert said(instant(at)) == said(ask(at))

    def test_the_steps_say_why(self) -> None:
        assert codes(instant("2025-03-04 23:30")) == [
            "rule",
            "base_rule",
            "after_cutoff",
            "by_rule",
        ]
        answer = instant("2025-03-04 06:00")
        assert codes(answer) == ["rule", "before_cutoff", "within_of_opening", "by_rule"]
        with override("en"):
            assert "2 hours" in answer.steps[2].text
            assert "07:00" in answer.steps[2].text
            assert answer.headline == "Should have arrived on Tue 4 Mar 2025 by 09:00"

    def test_it_is_the_base_rule_of_its_own_category(self) -> None:
        make_product("special")
        make_rule("D+0", "industry", product="special", cutoff=time(12), after_cutoff="base_rule")
        assert dated(ask("2025-03-04 12:00", "industry", "special")) == "2025-03-05"

    def test_a_base_rule_counts_as_it_was_known_when_asked(self) -> None:
        rule = {"category": "micro", "cycle": "T+5", "valid_from": "2025-03-03"}
        statement = publish("settlement_rule", "2025-02-20 10:00", rule, confirmed=True)
        before, after = "2025-02-19 12:00", "2025-02-21 12:00"
        assert dated(instant("2025-03-04 23:30", as_of=before)) == "2025-03-06"
        assert dated(instant("2025-03-04 23:30", as_of=after)) == "2025-03-12"
        statement_withdraw(statement=statement, body=text("撤回。"), author=make_staff())
        assert dated(instant("2025-03-04 23:30", as_of="2030-01-01 12:00")) == "2025-03-06"
        assert dated(instant("2025-03-04 23:30", as_of=after)) == "2025-03-12"


def test_without_a_base_rule_there_is_no_date_after_the_cut_off() -> None:
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM settlement_settlementrule WHERE product = ''")
    answer = instant("2025-03-04 23:30")
    assert (answer.status, dated(answer)) == (DateStatus.NO_RULE, None)
    assert codes(answer) == ["rule", "no_base_rule"]
    assert dated(instant("2025-03-04 22:30")) == "2025-03-05"


class TestClosedDays:
    """Foreign cards: D+1, but nothing is paid on days on which foreign exchange rests."""

    @pytest.fixture(autouse=True)
    def _foreign(self) -> None:
        load(2024, 2025, 2026, profile="fx")
        make_product("foreign", "境外卡", "Foreign cards")
        make_rule("D+1", product="foreign", payout_calendar="fx")
        make_product("everyday")
        make_rule("D+1", product="everyday")

    @pytest.mark.parametrize(
        ("at", "day", "every_day"),
        [
            ("2025-03-06 12:00", "2025-03-07", "2025-03-07"),
            ("2025-03-07 12:00", "2025-03-10", "2025-03-08"),
            ("2024-09-30 12:00", "2024-10-08", "2024-10-01"),
            # 29 September 2024, a Sunday, is worked in exchange, but not for foreign exchange.
            ("2024-09-28 12:00", "2024-09-30", "2024-09-29"),
        ],
    )
    def test_it_is_carried_over_to_the_next_open_day(
        self, at: str, day: str, every_day: str
    ) -> None:
        assert dated(ask(at, product="foreign")) == day
        assert dated(ask(at, product="everyday")) == every_day

    def test_the_days_that_were_skipped_are_steps(self) -> None:
        answer = ask("2024-09-30 12:00", product="foreign")
        assert codes(answer).count("skipped") == 7
        with override("en"):
            assert "not on closed days" in answer.steps[0].text
        assert "skipped" not in codes(ask("2024-09-30 12:00", product="everyday"))

    def test_an_unpublished_year_gives_no_date(self) -> None:
        assert ask("2026-12-31 12:00", product="foreign").status == DateStatus.NOT_PUBLISHED
        assert dated(ask("2026-12-31 12:00", product="everyday")) == "2027-01-01"


def test_a_year_that_only_the_operator_s_own_calendar_lacks_is_not_called_unpublished() -> None:
    load(2024, profile="fx")
    make_product("foreign")
    make_rule("D+1", product="foreign", payout_calendar="fx")
    answer = ask("2025-03-06 12:00", product="foreign")
    assert answer.status == DateStatus.NOT_IN_CALENDAR
    assert codes(answer) == ["rule", "not_in_calendar"]


def test_the_last_night_says_why_a_calendar_is_needed() -> None:
    make_rule("T+1", cutoff=time(22), minimum=Decimal(100), date_means="payout")
    night = instant("2026-12-31 23:30")
    assert codes(night) == ["rule", "base_rule", "after_cutoff", "not_published"]
    # They are the base rule's, as they are where there is a date.
    assert (night.minimum, night.kind) == (Decimal(100), DateMeans.PAYOUT)
    assert codes(ask("2026-12-31 21:30")) == ["rule", "before_cutoff", "not_published"]


class TestWeeksAndMonths:
    @pytest.mark.parametrize(
        ("cycle", "at", "day"),
        [
            ("weekly-wednesday", "2025-03-03 00:00", "2025-03-12"),
            ("weekly-wednesday", "2025-03-09 22:59", "2025-03-12"),
            # At the cut-off of Sunday the next week has begun.
            ("weekly-wednesday", "2025-03-09 23:00", "2025-03-19"),
            ("weekly-monday", "2024-09-28 12:00", "2024-09-30"),
            ("weekly-tuesday", "2024-09-27 12:00", "2024-10-08"),
            ("weekly-sunday", "2024-09-20 12:00", "2024-09-29"),
            ("monthly-15", "2025-01-31 12:00", "2025-02-17"),
            ("monthly-31", "2025-01-31 12:00", "2025-02-28"),
            ("monthly-31", "2024-01-15 12:00", "2024-02-29"),
            ("monthly-30", "2025-10-01 12:00", "2025-12-01"),
            ("monthly-1", "2024-09-30 22:59", "2024-10-08"),
            ("monthly-1", "2024-09-30 23:00", "2024-11-01"),
            ("monthly-1", "2024-12-05 12:00", "2025-01-02"),
        ],
    )
    def test_they_are_paid_together_and_carried_over(self, cycle: str, at: str, day: str) -> None:
        make_rule(cycle, cutoff=time(23), known_from=beijing("2023-01-01 00:00"))
        assert dated(ask(at)) == day

    def test_they_are_said_in_both_languages(self) -> None:
        make_rule("weekly-friday", known_from=beijing("2023-01-01 00:00"))
        step = ask("2025-03-03 12:00").steps[0]
        with override("zh-hans"):
            assert "周结（周五）" in step.text
            assert "次周周五" in step.text
        with override("en"):
            assert "weekly (Friday)" in step.text


class TestMinimum:
    def test_it_is_a_caveat_with_its_amount_and_plain_below_it(self) -> None:
        make_rule("T+1", minimum=Decimal(100), known_from=beijing("2023-01-01 00:00"))
        with override("en"):
            for amount, words in {
                "": "The minimum payout is 100.00 yuan.",
                "100": "The minimum payout is 100.00 yuan.",
                "99.99": "99.99 yuan alone is below the minimum payout of 100.00 yuan.",
            }.items():
                answer = ask("2025-03-04 12:00", amount=amount)
                assert any(one.text.startswith(words) for one in answer.caveats)

    def test_without_one_the_general_caveat_stays(self) -> None:
        answer = ask("2025-03-04 12:00")
        assert "minimum_payout" in [one.code.value for one in answer.caveats]


class TestNeighbours:
    """A rule is for transaction dates, as its notice says, not for accounting days."""

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            # The rule of the 2nd, though at 23:30 it counts as the 3rd's.
            ("2025-03-02 23:30", "2025-03-04"),
            ("2025-03-03 00:00", "2025-03-10"),
            ("2025-03-09 22:59", "2025-03-14"),
            ("2025-03-09 23:30", "2025-03-17"),
            ("2025-03-10 00:00", "2025-03-11"),
            ("2025-03-10 23:00", "2025-03-12"),
        ],
    )
    def test_a_temporary_rule_begins_and_ends_at_midnight(self, at: str, day: str) -> None:
        make_rule(
            "T+5",
            cutoff=time(23),
            valid_from=date(2025, 3, 3),
            valid_until=date(2025, 3, 9),
            known_from=beijing("2025-03-01 00:00"),
        )
        assert dated(ask(at)) == day
        if "23:" in at:
            assert dated(instant(at)) == day
