"""What notices make of an answer: delays, recoveries, fees, corrections and withdrawals."""

from datetime import date

import pytest
from django.utils.translation import override

from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.calendar.factories import load, reviewed
from tests.statuspage.settlement.arrival.notices import (
    ask,
    codes,
    dated,
    delay,
    publish,
    recovery,
    statements,
)
from tests.statuspage.settlement.rules.factories import beijing, make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

# 18 February 2025 is a Tuesday, far from any holiday.
LATE = "2025-02-18 12:00"
BY_RULE = "2025-02-19"


class TestDelay:
    """A delay in force replaces the rule's date."""

    def test_its_date_replaces_the_rule_s(self) -> None:
        said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
        answer = ask(LATE)
        assert (answer.status, dated(answer)) == (DateStatus.KNOWN, "2025-02-24")
        assert statements(answer, Code.DELAY) == [said.number]
        assert answer.late
        assert answer.arrival_time is None
        with override("en"):
            assert answer.headline == "Delayed: should have arrived by Mon 24 Feb 2025"
            asked_then = ask(LATE, as_of="2025-02-18 15:01").headline
            assert asked_then == "Delayed: expected to arrive by Mon 24 Feb 2025"
            assert answer.reason == "payout delay"

    def test_without_a_date_the_answer_is_plainly_not_known(self) -> None:
        said = delay("2025-02-18 15:00", "2025-02-18 00:00")
        answer = ask(LATE)
        assert (answer.status, dated(answer)) == (DateStatus.NOT_YET_KNOWN, None)
        assert statements(answer, Code.DELAY_WITHOUT_DATE) == [said.number]
        with override("en"):
            assert answer.headline == "Delayed: arrival date not yet known"

    @pytest.mark.parametrize(
        ("at", "late"),
        [
            ("2025-02-17 23:59:59", False),
            ("2025-02-18 00:00:00", True),
            ("2025-02-19 23:59:59", True),
            ("2025-02-20 00:00:00", False),
        ],
    )
    def test_it_holds_for_transactions_from_its_begin_to_just_before_its_end(
        self, at: str, late: bool
    ) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00", "2025-02-20 00:00", "2025-03-03")
        assert ask(at).late is late

    def test_it_holds_for_its_audience_alone(self) -> None:
        delay(
            "2025-02-18 15:00",
            "2025-02-18 00:00",
            by="2025-02-24",
            audience={"categories": ["micro"]},
        )
        assert dated(ask(LATE, "micro")) == "2025-02-24"
        assert dated(ask(LATE, "industry")) == BY_RULE

    def test_a_delay_of_one_product_leaves_the_others_alone_and_is_pointed_out(self) -> None:
        make_product("qr")
        make_product("card", "刷卡", "Cards")
        said = delay(
            "2025-02-18 15:00",
            "2025-02-18 00:00",
            by="2025-02-24",
            audience={"products": ["qr"]},
        )
        assert dated(ask(LATE, product="qr")) == "2025-02-24"
        assert dated(ask(LATE, product="card")) == BY_RULE
        unnamed = ask(LATE)
        assert dated(unnamed) == BY_RULE
        hints = [one for one in unnamed.caveats if one.code is Code.OTHER_PRODUCTS]
        assert [one.said for one in hints] == [said]
        assert not any(one.code is Code.OTHER_PRODUCTS for one in ask(LATE, product="card").caveats)

    def test_of_several_delays_the_newest_holds(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        delay("2025-02-19 15:00", "2025-02-18 00:00", by="2025-02-24")
        delay("2025-02-20 15:00", "2025-02-18 00:00", by="2025-02-26")
        assert dated(ask(LATE)) == "2025-02-26"

    def test_money_does_not_come_before_the_rule_s_date(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-20")
        answer = ask("2025-02-21 12:00")
        assert dated(answer) == "2025-02-24"
        assert codes(answer)[-2:] == ["delay", "rule_is_later"]

    def test_it_gives_a_date_where_the_calendar_has_none(self) -> None:
        delay("2026-12-31 15:00", "2026-12-31 00:00", by="2027-01-05")
        answer = ask("2026-12-31 12:00", as_of="2027-01-01 12:00")
        assert (answer.status, dated(answer)) == (DateStatus.KNOWN, "2027-01-05")


class TestRecovery:
    """A recovery ends the delay from its time on."""

    def test_transactions_from_its_time_on_follow_the_rule_again(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        said = recovery("2025-02-21 09:00", "2025-02-21 08:30")
        before, after = ask("2025-02-21 08:29:59"), ask("2025-02-21 08:30:00")
        assert before.status == DateStatus.NOT_YET_KNOWN
        assert (after.status, dated(after)) == (DateStatus.KNOWN, "2025-02-24")
        assert statements(after, Code.RESTORED) == [said.number]
        assert not after.late

    def test_what_is_late_already_arrives_by_the_day_it_names(self) -> None:
        delayed = delay("2025-02-18 15:00", "2025-02-18 00:00")
        restored = recovery("2025-02-21 09:00", "2025-02-21 08:30", backlog_by="2025-02-22")
        answer = ask(LATE)
        assert dated(answer) == "2025-02-22"
        assert codes(answer)[-2:] == ["delay_without_date", "backlog"]
        assert statements(answer, Code.DELAY_WITHOUT_DATE, Code.BACKLOG) == [
            delayed.number,
            restored.number,
        ]

    def test_without_a_day_for_the_backlog_the_delay_s_own_holds(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
        recovery("2025-02-21 09:00", "2025-02-21 08:30")
        assert dated(ask(LATE)) == "2025-02-24"

    def test_where_neither_names_a_day_it_is_said_that_none_is_known(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        recovery("2025-02-21 09:00", "2025-02-21 08:30")
        assert codes(ask(LATE))[-1] == "backlog_without_date"

    def test_it_does_not_end_a_delay_that_comes_after_it(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        recovery("2025-02-21 09:00", "2025-02-21 08:30")
        delay("2025-02-22 15:00", "2025-02-22 00:00", by="2025-02-28")
        assert dated(ask("2025-02-22 12:00")) == "2025-02-28"

    def test_transactions_long_before_the_delay_know_nothing_of_it(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        recovery("2025-02-21 09:00", "2025-02-21 08:30")
        assert codes(ask("2025-02-11 12:00")) == ["rule", "before_cutoff", "by_rule"]


class TestAsKnownAt:
    """Yesterday's answer can still be given."""

    def test_each_moment_of_a_crisis_has_its_answer(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00")
        delay("2025-02-19 15:00", "2025-02-18 00:00", by="2025-02-24")
        recovery("2025-02-21 09:00", "2025-02-21 08:30", backlog_by="2025-02-21")
        answers = {
            as_of: ask(LATE, as_of=as_of)
            for as_of in (
                "2025-02-18 14:59",
                "2025-02-18 15:00",
                "2025-02-19 15:00",
                "2025-02-21 09:00",
            )
        }
        assert [dated(one) for one in answers.values()] == [
            BY_RULE,
            None,
            "2025-02-24",
            "2025-02-21",
        ]

    def test_a_delay_that_was_withdrawn_no_longer_applies(self) -> None:
        said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
        statement_withdraw(
            statement=said,
            body=text("误发"),
            author=None,
            published_at=beijing("2025-02-18 16:00"),
        )
        assert dated(ask(LATE, as_of="2025-02-18 15:59")) == "2025-02-24"
        assert dated(ask(LATE, as_of="2025-02-18 16:00")) == BY_RULE

    def test_a_recovery_that_was_withdrawn_leaves_the_delay_in_force(self) -> None:
        delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-28")
        said = recovery("2025-02-21 09:00", "2025-02-21 08:30")
        statement_withdraw(
            statement=said,
            body=text("尚未恢复"),
            author=None,
            published_at=beijing("2025-02-21 10:00"),
        )
        asked = "2025-02-21 12:00"
        assert dated(ask(asked, as_of="2025-02-21 09:30")) == "2025-02-24"
        assert dated(ask(asked, as_of="2025-02-21 10:00")) == "2025-02-28"

    def test_a_corrected_notice_is_linked_with_its_correction(self) -> None:
        said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
        fixed = statement_correct(
            statement=said,
            body=text("仅限刷卡交易"),
            author=None,
            published_at=beijing("2025-02-18 16:00"),
        )
        assert statements(ask(LATE), Code.CORRECTED) == [fixed.number]
        assert statements(ask(LATE, as_of="2025-02-18 15:30"), Code.CORRECTED) == []

    def test_withdrawing_a_correction_leaves_the_notice_standing(self) -> None:
        said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
        fixed = statement_correct(statement=said, body=text("更正"), author=None)
        statement_withdraw(statement=fixed, body=text("更正有误"), author=None)
        assert dated(ask(LATE, as_of="2099-01-01 00:00")) == "2025-02-24"


def test_a_day_changed_by_notice_is_linked_to_it() -> None:
    reviewed(2025)
    said = publish(
        "calendar_change",
        "2025-06-01 09:00",
        {
            "profile": "domestic",
            "first_day": "2025-06-05",
            "last_day": "2025-06-05",
            "day_kind": "statutory_holiday",
            "day_name": text("抗洪休市", "Flood closure"),
        },
    )
    answer = ask("2025-06-04 12:00")
    assert dated(answer) == "2025-06-06"
    skipped = next(one for one in answer.steps if one.day == date(2025, 6, 5))
    assert skipped.said == said
    with override("en"):
        assert "Flood closure" in skipped.text


class TestHolidaySchedule:
    """A step that skips a holiday names the schedule that was published for it, if there is one."""

    def schedule(self, at: str = "2025-09-20 09:00") -> Statement:
        return publish("holiday_schedule", at, {"holiday": "national_day", "year": 2025})

    def test_each_day_of_the_holiday_links_to_it(self) -> None:
        said = self.schedule()
        answer = ask("2025-09-30 12:00", as_of="2025-10-01 12:00")
        skipped = [one for one in answer.steps if one.code is Code.SKIPPED]
        assert len(skipped) == 8
        assert {one.said for one in skipped} == {said}

    def test_a_make_up_workday_of_the_holiday_links_to_it(self) -> None:
        said = self.schedule()
        answer = ask("2025-09-26 12:00", as_of="2025-10-01 12:00")
        (step,) = [one for one in answer.steps if one.code is Code.MAKE_UP_WORKDAY]
        assert (step.day, step.said) == (date(2025, 9, 28), said)

    def test_before_it_was_published_and_in_other_years_there_is_no_link(self) -> None:
        self.schedule()
        for at, as_of in (
            ("2025-09-30 12:00", "2025-09-20 08:59"),
            ("2024-09-30 12:00", "2025-10-01 12:00"),
            ("2025-09-19 12:00", "2025-10-01 12:00"),
        ):
            found = statements(ask(at, as_of=as_of), Code.SKIPPED, Code.MAKE_UP_WORKDAY)
            assert set(found) == {None}

    def test_a_withdrawn_schedule_is_not_linked_to(self) -> None:
        said = self.schedule()
        statement_withdraw(statement=said, body=text("撤回"), author=None)
        answer = ask("2025-09-30 12:00", as_of="2099-01-01 00:00")
        assert set(statements(answer, Code.SKIPPED)) == {None}

    def test_where_a_make_up_workday_is_a_day_of_rest_the_schedule_says_otherwise(self) -> None:
        load(2025, profile="fx")
        make_product("fx", "跨境", "Cross-border", profile="fx")
        self.schedule()
        answer = ask("2025-09-26 12:00", product="fx", as_of="2025-10-01 12:00")
        by_day = {one.day: one for one in answer.steps if one.code is Code.SKIPPED}
        assert by_day[date(2025, 9, 28)].said is None
