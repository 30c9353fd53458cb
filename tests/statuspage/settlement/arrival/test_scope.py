"""Notices touch the cycles and products that they name, and nothing else."""

from datetime import date, time

import pytest
from django.utils.translation import override

from statuspage.settlement.arrival.answers import Answer
from statuspage.settlement.arrival.words import DateStatus
from tests.statuspage.settlement.arrival.notices import (
    ask,
    codes,
    dated,
    delay,
    publish,
    recovery,
    waiver,
)
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_instant_rule,
    make_product,
    make_rule,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "instant")]

LATE = "2025-02-18 12:00"
LATE_CYCLES = {"categories": ["micro", "industry"], "cycles": ["T+1", "D+1"]}


@pytest.fixture
def instant() -> None:
    """Instant payouts until 23:00, T+1 after it."""
    make_product("instant", "秒到", "Instant payout")
    make_instant_rule(product="instant")


def late(product: str = "", at: str = LATE, category: str = "micro") -> Answer:
    return ask(at, category, product)


def test_a_delay_of_t_1_and_d_1_leaves_instant_payouts_alone() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24", audience=LATE_CYCLES)
    assert dated(late()) == "2025-02-24"
    assert late(category="industry").late
    assert not late("instant").late
    assert dated(late("instant")) == "2025-02-18"


def test_after_its_cut_off_an_instant_payout_is_t_1_and_late_with_it() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24", audience=LATE_CYCLES)
    assert dated(late("instant", "2025-02-18 23:00")) == "2025-02-24"


def test_who_names_no_product_is_told_that_only_another_cycle_is_late() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24", audience={"cycles": ["D+0"]})
    answer = late()
    assert not answer.late
    assert "other_products" in [one.code.value for one in answer.caveats]
    assert late("instant").late
    assert "other_products" not in [one.code.value for one in late(category="industry").caveats]


def pointed_out(at: str = LATE) -> bool:
    """Return whether one who names no product is told that another is late."""
    return "other_products" in [one.code.value for one in late(at=at).caveats]


def test_the_cycle_of_another_product_is_that_of_the_transaction_s_day() -> None:
    days = {"valid_from": date(2025, 2, 1), "valid_until": date(2025, 2, 19)}
    make_product("weekly")
    make_rule("weekly-friday", product="weekly", **days)
    audience = {"cycles": ["weekly-friday"]}
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-03-03", audience=audience)
    # Today the product follows no rule of its own any more.
    assert pointed_out()
    assert late("weekly").late
    assert not pointed_out("2025-02-20 12:00")


def test_a_product_whose_cycle_is_not_named_is_not_late() -> None:
    audience = {"products": ["instant"], "cycles": ["T+1"]}
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24", audience=audience)
    assert not late("instant").late
    assert not pointed_out()
    # After its cut-off it is T+1.
    assert late("instant", "2025-02-18 23:00").late
    assert pointed_out("2025-02-18 23:00")


def test_without_a_calendar_the_cycle_after_the_cut_off_is_known_all_the_same() -> None:
    delay("2026-12-30 15:00", "2026-12-30 00:00", audience=LATE_CYCLES)
    night, later = "2026-12-31 23:30", "2026-12-31 23:40"
    assert ask(night, product="instant", as_of=later).status == DateStatus.NOT_YET_KNOWN
    assert ask("2026-12-31 22:30", product="instant", as_of=later).arrival_date


def test_a_recovery_of_one_cycle_leaves_the_other_late() -> None:
    said = delay("2025-02-18 15:00", "2025-02-18 00:00", audience=LATE_CYCLES)

    def restored(cycle: str, at: str) -> None:
        payload = {"restored_at": f"{at}T12:00:00+08:00", "delay": said.subject_id}
        publish("recovery", f"{at} 15:00", payload, audience={"cycles": [cycle]})

    restored("T+1", "2025-02-20")
    after = "2025-02-20 13:00"
    assert not late(at=after).late
    assert late(at=after, category="industry").late
    restored("D+1", "2025-02-21")
    assert not late(at="2025-02-21 13:00", category="industry").late


def test_a_waiver_counts_for_its_cycles_only() -> None:
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", audience=LATE_CYCLES)
    assert "fee_waiver" in codes(late())
    assert "fee_waiver" not in codes(late("instant"))


def test_a_recovery_is_mentioned_while_it_explains_something() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00")
    recovery("2025-02-21 09:00", "2025-02-21 08:30", backlog_by="2025-02-24")
    assert "restored" in codes(late(at="2025-02-21 12:00"))
    assert "restored" in codes(late(at="2025-02-28 08:29"))
    assert "restored" not in codes(late(at="2025-02-28 08:30"))
    assert "restored" not in codes(late(at="2025-11-03 12:00"))


def test_what_is_over_is_said_in_the_past_tense() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", "2025-02-19 00:00", "2025-02-24")
    then = ask(LATE, as_of="2025-02-24 23:00")
    after = ask(LATE, as_of="2025-02-25 00:00")
    with override("en"):
        assert "Delayed: expected to arrive by" in then.headline
        assert "Delayed: should have arrived by" in after.headline
        assert any("the money should have arrived by" in one.text for one in after.steps)
        assert not any("the money should have" in one.text for one in then.steps)
        assert any("the money arrives by" in one.text for one in then.steps)
    with override("zh-hans"):
        assert "应已于" in after.headline


def test_a_payment_after_the_usual_time_of_its_day_is_not_yet_due() -> None:
    make_rule("D+0", usual_arrival=time(18), known_from=beijing("2025-03-01 00:00"))
    assert not ask("2025-03-04 20:00", as_of="2025-03-04 20:00").passed


def test_the_usual_time_of_the_day_decides_on_the_day_itself() -> None:
    asked = [ask("2025-03-04 12:00", as_of=f"2025-03-05 {clock}") for clock in ("18:00", "18:01")]
    assert [one.passed for one in asked] == [False, True]
