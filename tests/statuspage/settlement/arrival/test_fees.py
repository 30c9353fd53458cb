"""What the fee on a transaction is, and what of it is waived."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from statuspage.lib.money import Fee
from statuspage.settlement.arrival.words import Code
from tests.statuspage.settlement.arrival.notices import (
    ask,
    codes,
    fee_change,
    statements,
    waiver,
)
from tests.statuspage.settlement.rules.factories import beijing, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

LATE = "2025-02-18 12:00"


class TestFees:
    """What the fee is, and what of it is waived."""

    def test_without_an_amount_there_is_nothing_to_reckon(self) -> None:
        assert ask(LATE).charge is None
        assert "fee" not in codes(ask(LATE))

    def test_an_amount_gets_its_fee_and_effective_rate(self) -> None:
        answer = ask(LATE, amount="1000.00")
        assert answer.charge
        assert (answer.charge.fee, answer.charge.waived) == (Decimal("6.00"), Decimal("0.00"))
        with override("en"):
            assert answer.steps[-1].text == (
                "Fee on 1,000.00 yuan at 0.60%: 6.00 yuan (effective rate 0.60%)."
            )

    def test_a_waiver_tells_what_it_comes_to(self) -> None:
        said = waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00")
        answer = ask(LATE, amount="1234.56")
        assert answer.charge
        assert answer.charge.waived == Decimal("7.41")
        assert answer.charge.to_pay == Decimal("0.00")
        assert answer.charge.to_receive == Decimal("1234.56")
        assert statements(answer, Code.FEE_WAIVER, Code.FEE_WAIVED) == [said.number] * 2

    def test_without_an_amount_a_waiver_still_tells_its_share(self) -> None:
        waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", "50")
        with override("en"):
            assert "50% of the fee is waived" in ask(LATE).steps[-1].text

    @pytest.mark.parametrize(
        ("at", "waived"),
        [
            ("2025-02-17 23:59:59", "0.00"),
            ("2025-02-18 00:00:00", "6.00"),
            ("2025-02-20 23:59:59", "6.00"),
            ("2025-02-21 00:00:00", "0.00"),
        ],
    )
    def test_it_holds_for_transactions_before_its_end(self, at: str, waived: str) -> None:
        waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00")
        charge = ask(at, amount="1000").charge
        assert charge
        assert charge.waived == Decimal(waived)

    def test_of_several_waivers_the_best_one_counts_once(self) -> None:
        waiver("2025-02-20 09:00", "2025-02-18 00:00", "2025-02-21 00:00", "80")
        waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", "50")
        charge = ask(LATE, amount="1000").charge
        assert charge
        assert charge.waived == Decimal("4.80")

    def test_a_waiver_by_amount_is_never_more_than_the_fee(self) -> None:
        waiver(
            "2025-02-21 09:00",
            "2025-02-18 00:00",
            "2025-02-21 00:00",
            "",
            payload={"amount_waived": "3.00"},
        )
        small, large = ask(LATE, amount="100").charge, ask(LATE, amount="10000").charge
        assert small
        assert large
        assert (small.waived, large.waived) == (Decimal("0.60"), Decimal("3.00"))

    def test_a_waiver_for_others_does_not_count(self) -> None:
        waiver(
            "2025-02-21 09:00",
            "2025-02-18 00:00",
            "2025-02-21 00:00",
            audience={"categories": ["industry"]},
        )
        assert "fee_waiver" not in codes(ask(LATE, amount="1000"))

    def test_a_fee_change_counts_from_the_day_it_takes_effect(self) -> None:
        said = fee_change("2025-01-10 09:00", "2025-02-18")
        before, after = (
            ask(at, amount="1000") for at in ("2025-02-17 23:59:59", "2025-02-18 00:00:00")
        )
        assert before.charge
        assert after.charge
        assert (before.charge.fee, after.charge.fee) == (Decimal("6.00"), Decimal("13.00"))
        assert statements(after, Code.FEE_CHANGE) == [said.number]

    def test_a_fixed_part_shows_its_effective_rate(self) -> None:
        fee_change("2025-01-10 09:00", "2025-02-18")
        charge = ask(LATE, amount="100").charge
        assert charge
        assert (charge.fee, charge.effective_rate) == (Decimal("4.00"), Decimal("4.00"))

    def test_a_fee_change_that_was_not_yet_announced_does_not_count(self) -> None:
        fee_change("2025-01-10 09:00", "2025-02-18")
        charge = ask(LATE, amount="1000", as_of="2025-01-10 08:59").charge
        assert charge
        assert charge.fee == Decimal("6.00")

    def test_a_rule_with_a_fee_that_came_later_goes_before_a_change(self) -> None:
        fee_change("2025-01-10 09:00", "2025-02-01")
        make_rule("T+1", known_from=beijing("2025-02-10 09:00"), fee=Fee(Decimal("0.6")))
        charge = ask(LATE, amount="1000").charge
        assert charge
        assert charge.fee == Decimal("6.00")
