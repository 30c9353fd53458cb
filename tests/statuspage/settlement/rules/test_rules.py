"""Rules are dated facts: which one holds, for whom, on which day, by whose knowledge."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from statuspage.notices.services import notice_publish
from statuspage.settlement.cycles import AfterCutoff, Basis, Cycle
from statuspage.settlement.rules import (
    products,
    rule_add,
    rule_for,
    rule_history,
    rules_on,
)
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_staff, text
from tests.statuspage.settlement.rules.factories import (
    LONG_AGO,
    beijing,
    make_instant_rule,
    make_product,
    make_rule,
)

pytestmark = pytest.mark.django_db
NOON = beijing("2025-02-20 12:00")


def cycle_for(category: str = "micro", product: str = "", **when: Any) -> str | None:
    at = when.pop("at", NOON)
    found = rule_for(category, product, at, **when)
    return found.cycle if found else None


def change_by_notice(**payload: Any) -> Statement:
    return notice_publish(
        kind="settlement_rule",
        title=text("结算周期调整"),
        body=text("自3月1日起调整。"),
        author=None,
        payload={"category": "micro", "cycle": "T+5", "valid_from": "2025-03-01", **payload},
        published_at=beijing("2025-02-25 10:00"),
    )


def announcement(at: str, author: Staff | None = None) -> Statement:
    return notice_publish(
        kind="general",
        title=text("结算规则调整"),
        body=text("自3月1日起结算周期调整。"),
        author=author,
        published_at=beijing(at),
    )


def test_where_nothing_was_ever_said_there_is_no_rule() -> None:
    assert cycle_for() is None


def test_each_category_has_its_own_rule() -> None:
    make_rule("T+1", "micro")
    make_rule("D+1", "industry")
    assert (cycle_for("micro"), cycle_for("industry")) == ("T+1", "D+1")


def test_a_rule_without_dates_holds_for_ever() -> None:
    make_rule()
    assert cycle_for(at=beijing("2001-01-01 00:00")) == "T+1"
    assert cycle_for(at=beijing("2099-12-31 23:59")) == "T+1"


@pytest.mark.parametrize(
    ("at", "cycle"),
    [
        ("2025-02-28 23:59:59", "T+1"),
        ("2025-03-01 00:00:00", "T+5"),
        ("2025-03-31 23:59:59", "T+5"),
        ("2025-04-01 00:00:00", "T+1"),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last_in_shanghai(at: str, cycle: str) -> None:
    make_rule("T+1")
    make_rule(
        "T+5",
        known_from=beijing("2025-02-25 10:00"),
        valid_from=date(2025, 3, 1),
        valid_until=date(2025, 3, 31),
    )
    assert cycle_for(at=beijing(at)) == cycle


def test_of_several_rules_the_one_known_last_holds() -> None:
    make_rule("T+5", known_from=beijing("2025-02-10 10:00"))
    make_rule("T+7", known_from=beijing("2025-02-12 10:00"))
    make_rule("T+1", known_from=beijing("2025-02-01 10:00"))
    assert cycle_for() == "T+7"


def test_what_was_known_earlier_can_still_be_asked_for() -> None:
    make_rule("T+1", known_from=beijing("2025-02-01 10:00"))
    make_rule("T+5", known_from=beijing("2025-02-10 10:00"))
    assert cycle_for(as_of=beijing("2025-01-31 10:00")) is None
    assert cycle_for(as_of=beijing("2025-02-10 09:59:59")) == "T+1"
    assert cycle_for(as_of=beijing("2025-02-10 10:00")) == "T+5"


def test_a_product_s_own_rule_goes_before_the_one_for_every_product() -> None:
    make_product("instant")
    make_product("qr")
    make_instant_rule(product="instant")
    make_rule("T+1", known_from=beijing("2025-02-19 10:00"))
    assert cycle_for(product="instant") == "D+0"
    assert cycle_for(product="qr") == "T+1"
    assert cycle_for(product="") == "T+1"


def test_a_rule_of_one_product_says_nothing_about_others() -> None:
    make_product("instant")
    make_instant_rule(product="instant")
    assert cycle_for(product="") is None


def test_a_rule_whose_statement_was_withdrawn_no_longer_holds() -> None:
    make_rule("T+1")
    said = announcement("2025-02-10 10:00")
    rule_add(category="micro", cycle="T+5", statement=said)
    statement_withdraw(
        statement=said, body=text("误发"), author=None, published_at=beijing("2025-02-11 10:00")
    )
    assert cycle_for(as_of=beijing("2025-02-11 09:59")) == "T+5"
    assert cycle_for(as_of=beijing("2025-02-11 10:00")) == "T+1"


def test_a_correction_of_its_statement_leaves_a_rule_as_it_is() -> None:
    said = announcement("2025-02-10 10:00")
    rule_add(category="micro", cycle="T+5", statement=said)
    statement_correct(statement=said, body=text("日期以此为准"), author=None)
    assert cycle_for() == "T+5"


def test_a_rule_is_known_from_when_its_statement_was_published() -> None:
    by = make_staff()
    said = announcement("2025-02-10 10:00", by)
    rule = rule_add(category="micro", cycle="T+5", statement=said)
    assert (rule.known_from, rule.statement, rule.entered_by) == (said.published_at, said, by)


def test_a_rule_without_a_statement_is_known_from_now() -> None:
    before = timezone.now()
    rule = rule_add(category="micro", cycle="T+1")
    assert before <= rule.known_from <= timezone.now()


def test_a_notice_adds_the_next_rule_and_is_its_statement() -> None:
    make_rule("T+1")
    said = change_by_notice(cutoff="22:30", usual_arrival="17:00", valid_until="2025-03-31")
    march = rule_for("micro", "", beijing("2025-03-10 12:00"), beijing("2025-02-25 10:00"))
    assert march
    assert (march.cycle, march.statement) == ("T+5", said)
    assert (march.cutoff, march.usual_arrival) == (time(22, 30), time(17))
    assert cycle_for(at=beijing("2025-02-28 12:00")) == "T+1"
    assert cycle_for(at=beijing("2025-04-01 12:00")) == "T+1"


def test_a_rule_brings_everything_that_reckoning_needs() -> None:
    make_product("instant")
    rule = make_instant_rule(product="instant", usual_arrival=time(18)).rule
    assert rule.cycle == Cycle(Basis.CALENDAR_DAY, 0)
    assert rule.fallback == Cycle(Basis.SETTLEMENT_WORKDAY, 1)
    assert rule.cutoff == time(23)
    assert rule.after_cutoff is AfterCutoff.FALLBACK_CYCLE
    assert rule.usual_arrival == time(18)


def test_a_product_settles_by_its_own_calendar() -> None:
    make_product("abroad", profile="fx")
    assert make_rule(product="abroad").profile.code == "fx"
    assert make_rule().profile.code == "domestic"
    assert make_rule(profile="fx").profile.code == "fx"


def test_the_rules_of_a_day_are_one_for_each_category_and_product_of_its_own() -> None:
    make_product("instant")
    make_rule("T+1")
    make_rule("T+5", known_from=beijing("2025-02-10 10:00"))
    make_rule("D+1", "industry")
    make_instant_rule(product="instant")
    found = rules_on(NOON.date(), NOON)
    assert [(one.category, one.product, one.cycle) for one in found] == [
        ("industry", "", "D+1"),
        ("micro", "", "T+5"),
        ("micro", "instant", "D+0"),
    ]


def test_the_history_has_every_rule_the_newest_first() -> None:
    make_rule("T+1")
    make_rule("T+5", known_from=beijing("2025-02-10 10:00"))
    assert [one.cycle for one in rule_history()] == ["T+5", "T+1"]


def test_products_are_offered_in_their_order() -> None:
    first, second = make_product("b"), make_product("a")
    assert list(products()) == [first, second]
    assert str(first) == "扫码支付"


def test_a_transaction_just_after_midnight_in_shanghai_is_of_the_new_day() -> None:
    make_rule("T+1")
    make_rule("T+5", known_from=LONG_AGO + timedelta(days=1), valid_from=date(2025, 3, 1))
    assert cycle_for(at=beijing("2025-03-01 00:00") - timedelta(microseconds=1)) == "T+1"
    assert cycle_for(at=beijing("2025-03-01 00:00")) == "T+5"
