"""What follows from “T+1 becomes T+N”: windows, dates by the rules, and what cannot be."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.settlement.cycle_change.planning import CycleChange, Plan, drops_duration, planned
from statuspage.settlement.cycle_change.words import Story, Waiver, notes
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.rules import rule_add
from tests.factories import text
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.settlement.rules.factories import LONG_AGO, make_product

pytestmark = pytest.mark.django_db


def at(written: str) -> datetime:
    """Return a time of day in Beijing."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


# A Tuesday; the week before ends with the Dragon Boat Festival (19 to 21 June).
NOW = at("2026-06-09T15:00")
BEGINS = at("2026-06-08T10:00")


@pytest.fixture(autouse=True)
def _world() -> None:
    reviewed(2026)
    rule_add(category="micro", cycle="T+1", known_from=LONG_AGO)
    rule_add(category="industry", cycle="D+1", known_from=LONG_AGO)
    make_product("fast", "秒到", "Instant payout")
    rule_add(category="micro", product="fast", cycle="D+0", known_from=LONG_AGO)


@pytest.fixture(autouse=True)
def _known_since_long(monkeypatch: pytest.MonkeyPatch) -> None:
    from statuspage.calendar.models import CalendarYear

    CalendarYear.objects.update(known_from=LONG_AGO)


def plan(**values: Any) -> Plan:
    """Return what follows for micro merchants of T+1, at NOW."""
    given = {"categories": ["micro"], "cycles": ["T+1"], "begins": BEGINS, **values}
    return planned(CycleChange(**given), NOW)


def refused(**values: Any) -> dict[str, list[str]]:
    """Return why these facts are refused, by field."""
    with override("en"), pytest.raises(ValidationError) as refusal:
        plan(**values)
    return refusal.value.message_dict


def test_what_is_late_has_a_day_and_what_comes_a_rule() -> None:
    found = plan(new_cycle="T+5")
    assert found.late_until == at("2026-06-10T00:00")
    # The last of today, five workdays on: 10, 11, 12, 15 and 16 June.
    assert found.arrives_by == date(2026, 6, 16)
    assert (found.rule_from, found.rule_until) == (date(2026, 6, 10), None)
    assert [(one.category, one.product) for one in found.rules] == [("micro", "")]
    # 10 June and five workdays more.
    assert found.example == (date(2026, 6, 10), date(2026, 6, 17))


def test_an_end_that_is_known_ends_the_rule_on_its_last_day() -> None:
    found = plan(new_cycle="T+5", ends=at("2026-06-13T00:00"))
    assert (found.rule_from, found.rule_until) == (date(2026, 6, 10), date(2026, 6, 12))
    assert plan(new_cycle="T+5", ends=at("2026-06-12T09:00")).rule_until == date(2026, 6, 12)


def test_an_end_by_today_needs_no_rule() -> None:
    found = plan(new_cycle="T+5", ends=at("2026-06-09T12:00"))
    assert found.rules == ()
    assert found.rule_from is None
    assert found.late_until == at("2026-06-09T12:00")
    with override("en"):
        assert "No temporary rule" in next(notes(found))["en"]


def test_a_change_from_tomorrow_on_delays_nothing_yet() -> None:
    found = plan(new_cycle="T+3", begins=at("2026-06-11T00:00"))
    assert not found.late
    assert found.arrives_by is None
    assert found.rule_from == date(2026, 6, 11)
    assert "No delay notice" in next(notes(found))["en"]


def test_a_day_alone_drafts_no_rule() -> None:
    found = plan(arrives_by=date(2026, 6, 16))
    assert (found.rules, found.late_until, found.arrives_by) == ((), None, date(2026, 6, 16))
    assert found.known_until == at("2026-06-10T00:00")


def test_nothing_known_is_said_so() -> None:
    found = plan()
    assert found.late
    assert found.arrives_by is None
    assert "not yet known" in Story(found, text("故障。", "A fault.")).delay_body["en"]


def test_a_day_before_the_one_of_the_rules_is_refused() -> None:
    said = refused(new_cycle="T+5", arrives_by=date(2026, 6, 15))
    assert "16 Jun (Tue)" in said["arrives_by"][0]
    assert plan(new_cycle="T+5", arrives_by=date(2026, 6, 17)).arrives_by == date(2026, 6, 17)
    assert set(refused(arrives_by=date(2026, 6, 9))) == {"arrives_by"}


def test_t_plus_n_is_not_paid_on_a_sunday_nor_on_a_day_that_has_passed() -> None:
    assert "no settlement workday" in refused(arrives_by=date(2026, 6, 14))["arrives_by"][0]
    assert set(refused(arrives_by=date(2026, 6, 8))) == {"arrives_by"}


@pytest.mark.parametrize("cycle", ["T+1", "T+0", "D+0"])
def test_a_cycle_that_is_not_longer_is_refused(cycle: str) -> None:
    assert set(refused(new_cycle=cycle)) == {"new_cycle"}


def test_a_cycle_that_is_sooner_on_another_weekday_only_is_refused_with_that_day() -> None:
    # Of Monday both arrive on Tuesday; of Friday the calendar day is Saturday, the workday Monday.
    said = refused(new_cycle="D+1")["new_cycle"]
    assert said == [
        "With this cycle the money of transactions on 12 Jun (Fri) would come earlier. "
        "Enter a longer one."
    ]


def test_a_weekday_after_the_end_does_not_count() -> None:
    assert plan(new_cycle="D+1", ends=at("2026-06-12T10:00")).late
    assert set(refused(new_cycle="D+1", ends=at("2026-06-12T10:01"))) == {"new_cycle"}


def test_a_cycle_that_nobody_has_is_refused_and_those_in_force_are_named() -> None:
    said = refused(new_cycle="T+9", cycles=["D+1"])
    assert "In force: D+0, T+1." in said["cycles"][0]


def test_an_end_before_the_start_is_refused() -> None:
    assert set(refused(new_cycle="T+5", ends=BEGINS)) == {"ends"}


def test_products_with_the_cycle_have_rules_of_their_own() -> None:
    rule_add(category="micro", product="fast", cycle="T+1", known_from=LONG_AGO)
    both = plan(new_cycle="T+5")
    assert sorted(one.product for one in both.rules) == ["", "fast"]
    only = plan(new_cycle="T+5", products=["fast"])
    assert [one.product for one in only.rules] == ["fast"]
    assert only.audience["products"] == ["fast"]


def test_several_categories_arrive_by_the_latest_of_their_days() -> None:
    found = plan(new_cycle="T+5", categories=["industry", "micro"], cycles=["D+1", "T+1"])
    assert sorted(one.category for one in found.rules) == ["industry", "micro"]
    assert found.arrives_by == date(2026, 6, 16)


def test_a_calendar_that_is_not_published_is_said_and_no_date_is_guessed() -> None:
    begins, now = at("2026-12-30T10:00"), at("2026-12-31T12:00")
    change = CycleChange(["micro"], ["T+1"], begins, new_cycle="T+5")
    found = planned(change, now)
    assert (found.arrives_by, found.unpublished, found.example) == (None, 2027, None)
    assert found.rules
    assert "calendar of 2027" in next(notes(found))["en"]
    named = planned(
        CycleChange(["micro"], ["T+1"], begins, new_cycle="T+5", arrives_by=date(2027, 1, 11)), now
    )
    assert (named.arrives_by, named.unpublished) == (date(2027, 1, 11), None)


def story(**values: Any) -> Story:
    """Return the words of a plan with a waiver."""
    waiver = Waiver("100", text("本公司", "the company"), date(2026, 6, 30))
    found = plan(**{"new_cycle": "T+5", **values})
    return Story(found, text("付款银行通道故障。", "A bank's link failed."), waiver)


@pytest.fixture
def _in_june(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.mark.usefixtures("_in_june")
def test_its_words_say_why_whose_when_and_what_to_do_in_both_languages() -> None:
    said = story()
    assert said.incident_name == {
        "zh-hans": "小微商户 T+1 交易调整为 T+5 到账",
        "en": "Micro merchants: T+1 payouts now follow T+5",
    }
    assert said.incident_body == {
        "zh-hans": "付款银行通道故障。涉及小微商户的 T+1 交易。6月8日 10:00至6月9日 24:00的交易"
        "延迟到账，最迟6月16日到账。6月10日（含）起的交易由 T+1 临时调整为 T+5 结算，"
        "恢复时间另行公告。资金安全。您无需操作，请勿撤销已成功的交易。延迟交易的手续费全额减免，最迟6月30日退还。",
        "en": "A bank's link failed. This is about T+1 payouts: Micro merchants. Payouts for "
        "transactions from 8 Jun, 10:00 to 24:00 on 9 Jun are delayed and arrive by 16 Jun. "
        "Transactions from 10 Jun settle on T+5 instead of T+1, until further notice. Funds are "
        "safe. No action needed; please do not reverse successful payments. Fees on the delayed "
        "transactions are waived in full and refunded by 30 Jun.",
    }


@pytest.mark.usefixtures("_in_june")
def test_every_text_names_the_same_days() -> None:
    said = story(ends=at("2026-06-13T00:00"))
    for body in (said.incident_body, said.delay_body, said.rule_body, said.agents_body):
        assert "最迟6月16日到账" in body["zh-hans"]
        assert "6月10日至6月12日的交易由 T+1 临时调整为 T+5 结算" in body["zh-hans"]
        assert "from 10 Jun to 12 Jun settle on T+5" in body["en"]
    assert "例如6月10日中午的交易，6月17日到账。" in said.rule_body["zh-hans"]
    assert "由本公司承担，最迟6月30日退还至您的结算账户" in said.waiver_body["zh-hans"]
    assert "请勿承诺其他日期" in said.agents_body["zh-hans"]


def test_products_and_several_merchants_are_named() -> None:
    rule_add(category="micro", product="fast", cycle="T+1", known_from=LONG_AGO)
    body = story(products=["fast"]).delay_body
    assert "涉及小微商户秒到的 T+1 交易" in body["zh-hans"]
    assert "T+1 payouts of Instant payout: Micro merchants" in body["en"]
    every = story(categories=["industry", "micro"], cycles=["D+1", "T+1"]).incident_name
    assert every["en"] == "All merchants: D+1, T+1 payouts now follow T+5"


def test_a_share_of_the_fee_is_said_as_one() -> None:
    some = Story(
        plan(new_cycle="T+5"),
        text("故障。"),
        Waiver("50", text("本公司", "us"), date(2026, 6, 30)),
    )
    assert "50% of the fees on delayed transactions" in some.waiver_body["en"]
    assert "手续费减免 50%" in some.incident_body["zh-hans"]


def test_a_minute_is_enough_of_a_window() -> None:
    ends = BEGINS + timedelta(minutes=1)
    assert plan(new_cycle="T+5", ends=ends).known_until == ends


def test_an_instant_product_loses_its_duration_and_keeps_its_cut_off() -> None:
    terms = {"cutoff": time(23), "after_cutoff": "base_rule", "within": 120}
    rule_add(category="micro", product="fast", cycle="D+0", known_from=LONG_AGO, **terms)
    found = plan(new_cycle="T+2", cycles=["D+0"], ends=at("2026-06-12T00:00"))
    (rule,) = found.rules
    assert drops_duration(rule, "T+2")
    assert not drops_duration(rule, "T+0")
    # The last of today is after the cut-off, where the base rule T+1 decides.
    assert found.arrives_by == date(2026, 6, 10)
    assert found.example == (date(2026, 6, 10), date(2026, 6, 12))
