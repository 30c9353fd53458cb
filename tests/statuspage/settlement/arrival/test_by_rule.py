"""The answer where nothing is late: rule, cut-off, calendar, in the reader's language."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.calendar.models import CalendarYear
from statuspage.settlement.arrival.selectors import arrival, paid_now
from statuspage.settlement.arrival.words import Code, DateStatus
from tests.statuspage.calendar.factories import HOLIDAY, reviewed
from tests.statuspage.calendar.factories import override as change_days
from tests.statuspage.settlement.arrival.notices import ask, codes, dated
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_instant_rule,
    make_product,
    make_rule,
)

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("rules")
class TestDates:
    """What comes out."""

    @pytest.mark.parametrize(
        ("at", "category", "day"),
        [
            ("2024-09-30 12:00", "micro", "2024-10-08"),
            ("2024-09-30 12:00", "industry", "2024-10-01"),
            ("2024-09-29 22:59:59", "micro", "2024-09-30"),
            ("2024-09-29 23:00:00", "micro", "2024-10-08"),
            ("2024-09-30 00:00:00", "micro", "2024-10-08"),
            ("2025-12-31 12:00", "micro", "2026-01-04"),
            ("2025-12-31 23:00", "industry", "2026-01-02"),
            ("2024-02-28 12:00", "industry", "2024-02-29"),
            ("2024-02-28 23:00", "industry", "2024-03-01"),
            ("2024-02-29 12:00", "micro", "2024-03-01"),
        ],
    )
    def test_across_cut_off_midnight_holidays_year_s_end_and_leap_day(
        self, at: str, category: str, day: str
    ) -> None:
        answer = ask(at, category)
        assert (answer.status, dated(answer)) == (DateStatus.KNOWN, day)

    def test_the_usual_time_comes_with_the_date(self) -> None:
        assert ask("2024-09-30 12:00").arrival_time == time(18)

    def test_a_year_that_is_not_published_gives_no_date_and_says_so(self) -> None:
        answer = ask("2026-12-31 12:00")
        assert answer.status == DateStatus.NOT_PUBLISHED
        assert answer.arrival_date is None
        assert codes(answer)[-1] == "not_published"
        with override("en"):
            assert "2027" in answer.headline
            assert "not published" in answer.headline
            assert "we do not guess" in answer.steps[-1].text

    def test_a_date_before_the_first_year_is_not_in_our_calendar(self) -> None:
        answer = ask("2017-12-29 12:00")
        assert answer.status == DateStatus.NOT_IN_CALENDAR
        assert codes(answer)[-1] == "not_in_calendar"
        with override("en"):
            assert answer.headline == "No date: 2017 is not in our calendar"
        with override("zh-hans"):
            assert answer.headline == "无法给出日期：结算日历不含2017年"
            assert "尚未公布" not in answer.steps[-1].text

    def test_a_calendar_day_rule_knows_the_date_even_then(self) -> None:
        assert dated(ask("2026-12-31 12:00", "industry")) == "2027-01-01"


@pytest.mark.usefixtures("rules")
class TestSteps:
    """Why it comes out."""

    def test_every_day_without_settlement_is_a_step_by_name_and_date(self) -> None:
        answer = ask("2024-09-30 12:00")
        skipped = [step for step in answer.steps if step.code is Code.SKIPPED]
        assert [step.day for step in skipped] == [date(2024, 10, day) for day in range(1, 8)]
        with override("zh-hans"):
            assert all("国庆节" in step.text for step in skipped)
            assert "2024年10月1日" in skipped[0].text
        with override("en"):
            assert "National Day" in skipped[0].text
            assert "1 Oct 2024" in skipped[0].text
            assert "Tue" in skipped[0].text

    def test_the_steps_come_in_the_order_of_the_reasoning(self) -> None:
        assert codes(ask("2024-09-30 12:00")) == [
            "rule",
            "before_cutoff",
            *["skipped"] * 7,
            "calendar",
            "by_rule",
        ]

    def test_a_weekend_is_skipped_as_a_weekend(self) -> None:
        answer = ask("2025-03-07 12:00")
        assert codes(answer) == ["rule", "before_cutoff", "skipped", "skipped", "by_rule"]
        with override("en"):
            assert "Sat 8 Mar 2025: Weekend" in answer.steps[2].text

    def test_a_make_up_workday_on_which_money_moves_is_pointed_out(self) -> None:
        answer = ask("2025-09-27 12:00")
        assert dated(answer) == "2025-09-28"
        with override("en"):
            texts = [step.text for step in answer.steps]
        assert any("Sun 28 Sep 2025" in text and "Settlement as usual" in text for text in texts)

    def test_the_state_council_s_notice_is_named(self) -> None:
        step = next(one for one in ask("2024-09-30 12:00").steps if one.code is Code.CALENDAR)
        assert "国办发明电〔2023〕7号" in step.text

    def test_a_year_without_a_known_document_names_none(self) -> None:
        CalendarYear.objects.update(document_number="")
        assert "calendar" not in codes(ask("2024-09-30 12:00"))

    def test_paid_after_the_cut_off_it_counts_as_the_next_day_s(self) -> None:
        answer = ask("2025-03-04 23:00")
        assert codes(answer) == ["rule", "after_cutoff", "by_rule"]
        assert answer.steps[1].day == date(2025, 3, 5)
        with override("en"):
            assert "23:00" in answer.steps[1].text
            assert "Wed 5 Mar 2025" in answer.steps[1].text

    def test_without_a_cut_off_none_is_spoken_of(self) -> None:
        make_rule("T+1", known_from=beijing("2025-01-01 00:00"))
        assert codes(ask("2025-03-04 23:30")) == ["rule", "by_rule"]

    def test_the_rule_says_who_and_what_it_means(self) -> None:
        step = ask("2025-03-04 12:00").steps[0]
        with override("en"):
            assert "Micro merchants" in step.text
            assert "T+1" in step.text
            assert "next settlement workday" in step.text
        with override("zh-hans"):
            assert step.text.startswith("小微商户")


@pytest.mark.usefixtures("rules")
class TestHeadline:
    """The answer in a sentence."""

    def test_in_chinese_with_weekday_and_time(self) -> None:
        with override("zh-hans"):
            said = ask("2024-09-30 12:00", as_of="2024-09-30 12:00").headline
            assert said == "预计2024年10月8日（周二）18:00 前到账"

    def test_in_english_with_weekday_and_time(self) -> None:
        with override("en"):
            headline = ask("2024-09-30 12:00", as_of="2024-09-30 12:00").headline
        assert headline == "Expected to arrive on Tue 8 Oct 2024 by 18:00"

    def test_a_payout_is_not_called_an_arrival(self) -> None:
        make_rule("T+1", date_means="payout", known_from=beijing("2025-01-01 00:00"))
        answer = ask("2025-03-04 12:00", as_of="2025-03-04 12:00")
        assert answer.kind == "payout"
        with override("en"):
            assert answer.headline == "Expected to be paid out on Wed 5 Mar 2025"
        with override("zh-hans"):
            for said in (answer.headline, answer.steps[-1].text):
                assert "划付" in said
                assert "到账" not in said

    @pytest.mark.parametrize(
        ("at", "word"),
        [
            ("2024-09-30 12:00", "National Day"),
            ("2025-03-07 12:00", "Weekend"),
            ("2025-03-04 12:00", ""),
            # Five days of the holiday begin with a weekend's: the holiday is the reason.
            ("2025-04-30 12:00", "Labour Day"),
        ],
    )
    def test_the_reason_in_a_word(self, at: str, word: str) -> None:
        with override("en"):
            assert ask(at).reason == word


class TestProducts:
    """A product's own rule and calendar."""

    @pytest.mark.usefixtures("rules")
    def test_an_instant_product_arrives_the_same_day_until_the_cut_off(self) -> None:
        make_product("instant", "秒到", "Instant")
        make_instant_rule(product="instant")
        before, after = (
            ask(f"2025-09-30 {clock}", product="instant") for clock in ("22:59:59", "23:00:00")
        )
        assert (dated(before), dated(after)) == ("2025-09-30", "2025-10-09")
        assert "fallback" in codes(after)
        assert before.arrival_time is None
        with override("en"):
            assert "Micro merchants · Instant" in before.steps[0].text
            fallback = next(one for one in after.steps if one.code is Code.FALLBACK)
            assert "T+1 applies instead:" in fallback.text

    @pytest.mark.usefixtures("rules")
    def test_a_product_without_a_rule_of_its_own_follows_the_common_one(self) -> None:
        make_product("qr")
        answer = ask("2024-09-30 12:00", product="qr")
        assert dated(answer) == "2024-10-08"
        with override("zh-hans"):
            assert "扫码" not in answer.steps[0].text

    @pytest.mark.usefixtures("rules")
    def test_across_the_border_make_up_days_are_days_of_rest(self) -> None:
        reviewed(2025, profile="fx")
        make_product("abroad", profile="fx")
        assert dated(ask("2025-09-26 12:00")) == "2025-09-28"
        assert dated(ask("2025-09-26 12:00", product="abroad")) == "2025-09-29"

    def test_an_unknown_product_or_category_is_refused_by_name(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            arrival("micro", "gold", beijing("2025-03-04 12:00"))
        assert "gold" in refusal.value.message_dict["product"][0]
        with pytest.raises(ValidationError):
            arrival("giant", "", beijing("2025-03-04 12:00"))


class TestKnownThen:
    """The answer that was true at an earlier moment."""

    def test_without_a_rule_there_is_no_date(self) -> None:
        answer = ask("2025-03-04 12:00")
        assert (answer.status, codes(answer)) == (DateStatus.NO_RULE, ["no_rule"])
        with override("en"):
            assert "no settlement rule" in answer.headline

    @pytest.mark.usefixtures("rules")
    def test_a_rule_that_slipped_later_was_not_known_before(self) -> None:
        make_rule("T+5", known_from=beijing("2025-02-20 10:00"))
        early = ask("2025-02-18 12:00", as_of="2025-02-19 10:00")
        late = ask("2025-02-18 12:00", as_of="2025-02-20 10:00")
        assert (dated(early), dated(late)) == ("2025-02-19", "2025-02-25")

    def test_a_day_changed_later_was_not_known_before(self) -> None:
        reviewed(2025)
        make_rule("T+1")
        change_days({date(2025, 6, 5): HOLIDAY}, known_from=beijing("2025-06-01 09:00"))
        early = ask("2025-06-04 12:00", as_of="2025-06-01 08:59")
        late = ask("2025-06-04 12:00", as_of="2025-06-01 09:00")
        assert (dated(early), dated(late)) == ("2025-06-05", "2025-06-06")

    def test_a_calendar_was_not_known_before_the_state_council_spoke(self) -> None:
        reviewed(2024, 2025)
        make_rule("T+1")
        asked = "2024-12-31 12:00"
        assert ask(asked, as_of="2024-11-11 12:00").status == DateStatus.NOT_PUBLISHED
        assert dated(ask(asked, as_of="2024-11-12 12:00")) == "2025-01-02"


@pytest.mark.usefixtures("rules")
class TestCaveats:
    """What belongs to an honest answer."""

    def test_what_nobody_can_know_is_said_each_time(self) -> None:
        found = {one.code.value for one in ask("2026-06-01 12:00").caveats}
        assert found == {"minimum_payout", "card_limit", "risk_check"}

    def test_the_first_day_after_a_holiday_is_slow(self) -> None:
        assert Code.AFTER_HOLIDAY in {one.code for one in ask("2024-09-30 12:00").caveats}
        assert Code.AFTER_HOLIDAY not in {one.code for one in ask("2024-10-08 12:00").caveats}

    def test_a_day_that_is_past_says_what_to_do(self) -> None:
        asked = "2025-03-04 12:00"
        on_the_day = ask(asked, as_of="2025-03-05 23:59")
        afterwards = ask(asked, as_of="2025-03-06 00:00")
        assert Code.PAST not in {one.code for one in on_the_day.caveats}
        assert Code.PAST in {one.code for one in afterwards.caveats}

    def test_every_caveat_speaks_both_languages(self) -> None:
        for step in ask("2024-09-30 12:00").caveats:
            with override("en"):
                english = step.text
            with override("zh-hans"):
                assert english.isascii()
                assert step.text != english


@pytest.mark.usefixtures("rules")
def test_what_is_paid_now_is_answered_for_every_category() -> None:
    answers = paid_now(beijing("2024-09-30 12:00"))
    assert [(one.question.category, dated(one)) for one in answers] == [
        ("micro", "2024-10-08"),
        ("industry", "2024-10-01"),
    ]


def test_a_category_without_a_rule_is_left_out_of_what_is_paid_now() -> None:
    make_rule("D+1", "industry")
    answers = paid_now(beijing("2024-09-30 12:00"))
    assert [one.question.category.value for one in answers] == ["industry"]


@pytest.mark.usefixtures("rules")
def test_the_fee_on_an_amount_is_exact() -> None:
    charge = ask("2025-03-04 12:00", amount="1234.56").charge
    assert charge
    assert (charge.fee, charge.to_receive) == (Decimal("7.41"), Decimal("1227.15"))
