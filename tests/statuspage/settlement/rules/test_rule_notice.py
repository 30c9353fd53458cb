"""The notice of a settlement rule: what stays, what is dropped, before and after, examples."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.calendar.workdays import ONE_DAY
from statuspage.notices.kind import notice_kind
from statuspage.notices.models import Notice
from statuspage.notices.phrases import short_day
from statuspage.settlement.models import SettlementRule
from statuspage.statements.services import preview_withdrawal, statement_withdraw
from tests.factories import text
from tests.statuspage.calendar.factories import load
from tests.statuspage.notices.samples import ahead, publish
from tests.statuspage.settlement.rules.factories import make_product, make_rule

pytestmark = pytest.mark.django_db
KIND = "settlement_rule"
MONDAY = "2025-03-03"


@pytest.fixture(autouse=True)
def _world() -> None:
    load(2024, 2025, 2026)
    make_rule("T+1", cutoff=time(23), usual_arrival=time(18), date_means="payout")


def change(**values: Any) -> dict[str, Any]:
    return {"category": "micro", "cycle": "T+1", "valid_from": MONDAY, **values}


def published(**values: Any) -> SettlementRule:
    """Return the rule that a notice with these values makes."""
    return SettlementRule.objects.get(statement=publish(KIND, change(**values)))


def refused(**values: Any) -> dict[str, list[str]]:
    with override("en"), pytest.raises(ValidationError) as refusal:
        notice_kind(KIND).clean(change(**values))
    return refusal.value.message_dict


class TestWhatStays:
    @pytest.mark.parametrize("empty", [None, "", "left out"])
    def test_an_empty_field_drops_neither_cut_off_nor_usual_time(self, empty: str | None) -> None:
        names = ("cutoff", "usual_arrival", "after_cutoff", "date_means")
        given = {} if empty == "left out" else dict.fromkeys(names, empty)
        rule = published(cycle="T+5", **given)
        assert (rule.cycle, rule.cutoff, rule.usual_arrival) == ("T+5", time(23), time(18))
        assert rule.date_means == "payout"

    def test_of_the_product_s_own_rule_or_else_of_the_general_one(self) -> None:
        make_product("instant")
        make_product("card")
        terms: dict[str, Any] = {"cutoff": time(22), "after_cutoff": "base_rule", "within": 120}
        make_rule("D+0", product="instant", opens=time(7), minimum=Decimal(10), **terms)
        rule = published(cycle="D+0", product="instant")
        assert (rule.cutoff, rule.after_cutoff, rule.within) == (time(22), "base_rule", 120)
        assert (rule.opens, rule.minimum) == (time(7), Decimal(10))
        assert published(product="card").cutoff == time(23)

    def test_as_of_the_first_day_and_not_of_a_rule_that_ended_before(self) -> None:
        make_rule("T+5", valid_from=date(2025, 2, 24), valid_until=date(2025, 3, 2))
        assert published().cutoff == time(23)
        assert published(valid_from="2025-03-01").cutoff is None

    def test_without_any_rule_nothing_is_kept(self) -> None:
        rule = published(category="industry", cycle="D+1")
        assert (rule.cutoff, rule.usual_arrival, rule.date_means) == (None, None, "credit")


class TestWhatIsDropped:
    def test_what_is_named_and_nothing_else(self) -> None:
        rule = published(without=["cutoff"])
        assert (rule.cutoff, rule.usual_arrival) == (None, time(18))
        assert published(without=["usual_arrival"]).usual_arrival is None

    def test_a_form_that_still_shows_it_says_the_same(self) -> None:
        assert published(without=["cutoff"], cutoff="23:00").cutoff is None

    def test_what_follows_the_cut_off_goes_with_it(self) -> None:
        make_product("instant")
        make_rule("D+0", product="instant", cutoff=time(23), after_cutoff="base_rule")
        rule = published(
            cycle="D+0", product="instant", without=["cutoff"], after_cutoff="base_rule"
        )
        assert (rule.cutoff, rule.after_cutoff) == (None, "accounting_next_day")

    def test_another_value_and_its_removal_contradict_each_other(self) -> None:
        assert set(refused(without=["cutoff"], cutoff="22:00")) == {"cutoff"}

    def test_what_there_is_not_cannot_be_dropped(self) -> None:
        assert "cutoff" in refused(without=["everything"])["without"][0]
        assert refused(without="cutoff")["without"]

    def test_a_duration_takes_the_place_of_a_usual_time_only_when_told(self) -> None:
        assert set(refused(cycle="D+0", within=120)) == {"within"}
        rule = published(cycle="D+0", within=120, without=["usual_arrival"])
        assert (rule.within, rule.usual_arrival) == (120, None)


class TestTerms:
    def test_every_term_can_be_set(self) -> None:
        rule = published(
            cycle="D0",
            opens="07:00",
            cutoff="22:00",
            within=90,
            date_means="credit",
            payout_calendar="fx",
            minimum="100",
            without=["usual_arrival"],
        )
        assert (rule.cycle, rule.opens, rule.cutoff) == ("D+0", time(7), time(22))
        assert (rule.within, rule.date_means, rule.minimum) == (90, "credit", Decimal(100))
        assert rule.payout_calendar
        assert rule.payout_calendar.code == "fx"

    @pytest.mark.parametrize(
        ("values", "name"),
        [
            ({"opens": "23:00"}, "opens"),
            ({"within": 120}, "within"),
            ({"within": 0}, "within"),
            ({"within": 9999}, "within"),
            ({"payout_calendar": "fx"}, "payout_calendar"),
            ({"payout_calendar": "lunar"}, "payout_calendar"),
            ({"minimum": "0"}, "minimum"),
            ({"after_cutoff": "base_rule"}, "after_cutoff"),
            ({"cycle": "weekly-8"}, "cycle"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words_at_its_field(
        self, values: dict[str, Any], name: str
    ) -> None:
        said = refused(**values)
        assert set(said) == {name}
        assert all(said[name])

    def test_a_fallback_faster_than_the_base_rule_is_refused(self) -> None:
        make_product("instant")
        after = {"product": "instant", "cycle": "D+0", "after_cutoff": "fallback_cycle"}
        said = refused(**after, fallback="T+1")
        # 23:00 of Monday is T+1 of Tuesday: Wednesday, and not Tuesday.
        assert "Tue" in said["fallback"][0]
        assert "Wed" in said["fallback"][0]
        assert published(**after, fallback="T+2").fallback == "T+2"

    def test_so_is_an_instant_product_whose_next_day_counts(self) -> None:
        """On Saturday night it would pay on Sunday, and the base rule on Monday."""
        make_product("instant")
        after = {"product": "instant", "after_cutoff": "accounting_next_day"}
        said = refused(**after, cycle="D+0")
        assert "Faster than the base rule" in said["after_cutoff"][0]
        assert published(**after, cycle="T+2").cycle == "T+2"
        assert published(product="instant", cycle="D+0", after_cutoff="base_rule").cutoff

    def test_a_rule_that_changes_nothing_is_pointed_out(self) -> None:
        kind, now = notice_kind(KIND), timezone.now()
        with override("en"):
            ahead_of = {"valid_from": ahead(7)}
            same = kind.warnings(kind.clean(change(**ahead_of)), now)
            other = kind.warnings(kind.clean(change(**ahead_of, cutoff="22:00")), now)
        assert any("in force already" in one for one in same)
        assert not any("in force already" in one for one in other)

    def test_a_product_that_follows_a_base_rule_that_there_is_not_is_pointed_out(self) -> None:
        make_product("instant")
        kind, now = notice_kind(KIND), timezone.now()
        follows = {"product": "instant", "cycle": "D+0", "after_cutoff": "base_rule"}

        def warned(category: str, cutoff: str) -> bool:
            payload = change(category=category, cutoff=cutoff, valid_from=ahead(7), **follows)
            return any("no base rule" in one for one in kind.warnings(kind.clean(payload), now))

        with override("en"):
            assert warned("industry", "23:00")
            assert not warned("micro", "23:00")

    def test_a_rule_announced_for_later_that_it_would_outlive_is_pointed_out(self) -> None:
        make_rule("T+2", valid_from=date.fromisoformat(ahead(30)))
        make_rule("T+3", "industry", valid_from=date.fromisoformat(ahead(8)))

        def outlived(**values: Any) -> bool:
            kind, first = notice_kind(KIND), {"valid_from": ahead(7), "cutoff": "22:00"}
            with override("en"):
                found = kind.warnings(kind.clean(change(**first, **values)), timezone.now())
            return any("would apply then too" in one for one in found)

        assert outlived()
        assert outlived(valid_until=ahead(30))
        assert not outlived(valid_until=ahead(29))


class TestWords:
    def test_the_message_says_a_changed_cut_off(self) -> None:
        content = publish(KIND, change(cutoff="22:00", valid_from="2025-03-03")).content
        assert "截止时间：23:00→22:00。" in content["brief"]["zh-hans"]
        assert "Cut-off: 23:00 → 22:00." in content["brief"]["en"]

    def test_the_message_says_what_is_dropped(self) -> None:
        content = publish(KIND, change(without=["cutoff"])).content
        assert "截止时间：23:00→无（按自然日）。" in content["brief"]["zh-hans"]
        assert "Cut-off: 23:00 → none (natural days)." in content["brief"]["en"]

    def test_the_message_of_another_cycle_alone_is_as_short_as_before(self) -> None:
        content = publish(KIND, change(cycle="T+2")).content
        assert content["brief"]["en"].count(".") == 1

    def test_before_and_after_stand_side_by_side(self) -> None:
        content = publish(KIND, change(cycle="T+5", cutoff="22:00")).content
        table, _examples = content["tables"]["en"]
        rows = {row[0]: row[1:] for row in table["rows"]}
        assert rows["Settlement cycle"] == ["T+1", "T+5"]
        assert rows["Cut-off"] == ["23:00", "22:00"]
        assert rows["Usual time"] == ["18:00", "unchanged"]

    def test_the_first_rule_has_nothing_before_it(self) -> None:
        content = publish(KIND, change(category="industry", cycle="D+1")).content
        (examples,) = content["tables"]["en"]
        assert examples["caption"] == "Worked examples"
        assert len(examples["columns"]) == 2

    def test_the_examples_are_real_dates_up_to_the_next_holiday(self) -> None:
        content = publish(KIND, change(cutoff="22:00")).content
        found = content["payload"]["examples"]
        assert [(one["at"], one["before"]["day"], one["after"]["day"]) for one in found] == [
            # 22:30 of Thursday counts as Friday's from now on.
            ("2025-03-06T14:30:00.000Z", "2025-03-07", "2025-03-10"),
            ("2025-03-07T14:30:00.000Z", "2025-03-10", "2025-03-10"),
            ("2025-03-07T15:30:00.000Z", "2025-03-10", "2025-03-10"),
            ("2025-04-03T14:30:00.000Z", "2025-04-07", "2025-04-07"),
        ]
        assert {one["before"]["time"] for one in found} == {"18:00"}
        assert [one["holiday"].get("zh-hans", "") for one in found] == ["", "", "", "清明节"]

    @pytest.mark.parametrize(
        ("values", "at", "before", "after"),
        [
            # 22:50 of Thursday is before the one cut-off and after the other.
            ({"cutoff": "22:50"}, "2025-03-06T14:50", "2025-03-07", "2025-03-10"),
            ({"cutoff": "23:50"}, "2025-03-06T15:00", "2025-03-10", "2025-03-07"),
            ({"cutoff": "18:00"}, "2025-03-06T14:30", "2025-03-07", "2025-03-10"),
            ({"without": ["cutoff"]}, "2025-03-06T15:00", "2025-03-10", "2025-03-07"),
            # From a Friday on, the next evening in the week is Monday's.
            (
                {"cutoff": "22:50", "valid_from": "2025-03-07"},
                "2025-03-10T14:50",
                "2025-03-11",
                "2025-03-12",
            ),
        ],
    )
    def test_a_cut_off_that_moves_is_seen_in_an_example(
        self, values: dict[str, Any], at: str, before: str, after: str
    ) -> None:
        kind = notice_kind(KIND)
        found: Any = kind.clean(change(**values))["examples"]
        shown = {one["at"][:16]: (one["before"]["day"], one["after"]["day"]) for one in found}
        assert shown[at] == (before, after)

    def test_examples_stand_in_order_and_a_day_before_a_holiday_is_said_once(self) -> None:
        # Dragon Boat 2025 begins after Friday, 30 May.
        found: Any = notice_kind(KIND).clean(change(valid_from="2025-05-26"))["examples"]
        moments = [one["at"] for one in found]
        assert moments == sorted(set(moments))
        assert [one["at"] for one in found if one["holiday"]] == ["2025-05-30T14:30:00.000Z"]

    def test_an_example_after_a_temporary_rule_shows_what_holds_then(self) -> None:
        make_rule("T+5", valid_from=date(2025, 3, 1), valid_until=date(2025, 3, 3))
        content = publish(KIND, change(cycle="T+2")).content
        assert content["payload"]["before"]["cycle"] == "T+5"
        assert content["payload"]["examples"][0]["before"]["day"] == "2025-03-07"

    def test_what_a_caller_writes_for_the_computed_parts_does_not_count(self) -> None:
        content = publish(KIND, change(before={"cycle": "T+9"}, examples=[])).content
        assert content["payload"]["before"]["cycle"] == "T+1"
        assert content["payload"]["examples"]

    def test_weeks_are_said_in_words(self) -> None:
        content = publish(KIND, change(cycle="周结周五")).content
        assert content["payload"]["cycle"] == "weekly-friday"
        assert "周结（周五）" in content["brief"]["zh-hans"]
        assert "weekly (Friday)" in content["brief"]["en"]


def chinese_day(days: int) -> str:
    """Return a day from today on, as Chinese readers read it."""
    with override("zh-hans"):
        return short_day(ahead(days))


class TestWithdrawal:
    """Who reads that a rule is withdrawn reads by which one the money comes then."""

    def withdrawn(self, **values: Any) -> dict[str, Any]:
        make_rule("D+0", cutoff=time(22), valid_until=timezone.localdate() - ONE_DAY)
        said = publish(KIND, change(cycle="T+5", cutoff="20:00", **values))
        shown = preview_withdrawal(said)
        found = statement_withdraw(statement=said, body=text("误发", "In error"), author=None)
        assert {name: found.content[name] for name in shown} == shown
        return found.content

    def test_says_the_rule_from_its_first_day_on_and_what_else_changes(self) -> None:
        content = self.withdrawn(valid_from=ahead(3))
        said = content["outcome"]["zh-hans"]
        assert said == f"小微商户：{chinese_day(3)}起按 T+1 结算。截止时间：20:00→23:00。"
        rows = content["tables"]["en"][0]["rows"]
        assert rows[:2] == [["Settlement cycle", "T+5", "T+1"], ["Cut-off", "20:00", "23:00"]]

    def test_only_what_is_still_to_come_of_a_temporary_one(self) -> None:
        content = self.withdrawn(valid_from=ahead(-3), valid_until=ahead(2))
        said = content["outcome"]["zh-hans"]
        assert chinese_day(0) in said
        assert chinese_day(2) in said
        assert chinese_day(-3) not in said

    def test_nothing_of_one_that_is_over(self) -> None:
        said = publish(KIND, change(cycle="T+5", valid_from=ahead(-3), valid_until=ahead(1)))
        notice = Notice.objects.get(public_id=said.subject_id)
        undo = notice_kind(KIND).undo
        assert undo(notice, timezone.now() + 2 * ONE_DAY, None) == {}
        assert undo(notice, timezone.now(), None)["outcome"]
