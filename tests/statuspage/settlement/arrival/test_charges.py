"""Fee, waiver and payout apart, each with its date; promotions and prices by card."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from statuspage.settlement.arrival.answers import Answer, Charge
from statuspage.settlement.arrival.ways import ways_to_ask
from statuspage.statements.services import statement_correct
from tests.factories import text
from tests.statuspage.settlement.arrival.notices import ask, codes, publish, waiver
from tests.statuspage.settlement.rules.factories import make_price, make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

LATE = "2025-02-18 12:00"


def charge(answer: Answer) -> Charge:
    assert answer.charge
    return answer.charge


def promotion(fee: str = "0.38%", **changes: object) -> None:
    payload = {"fee": fee, "first_day": "2025-02-18", "last_day": "2025-02-20", **changes}
    audience = payload.pop("audience", None)
    publish("promotion", "2025-02-10 09:00", payload, audience=audience)


def test_a_waived_fee_does_not_come_with_the_payout() -> None:
    promised = {"credited_by": "2025-03-07"}
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", payload=promised)
    answer = ask(LATE, amount="1000", as_of="2025-02-22 12:00")
    found = charge(answer)
    assert (found.payout, found.waived) == (Decimal("994.00"), Decimal("6.00"))
    assert found.refunded_by == date(2025, 3, 7)
    with override("en"):
        refund = next(one.text for one in answer.steps if one.code.value == "fee_refund")
        assert refund == "It is refunded by Fri 7 Mar 2025, separately from the payout."
        later = ask(LATE, amount="1000", as_of="2025-03-08 12:00").steps
        assert any("should have been refunded by" in one.text for one in later)


def test_a_waiver_that_was_paid_in_full_is_over() -> None:
    promised = {"credited_by": "2025-03-07", "promised_total": "100"}
    said = waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", payload=promised)
    for amount, day in (("60", "2025-03-03"), ("40", "2025-03-05")):
        payment = {"of": said.subject_id, "amount": amount, "paid_on": day}
        publish("payout_progress", f"{day} 10:00", payment, confirmed=True)
    after = ask(LATE, amount="1000", as_of="2025-03-10 12:00")
    assert charge(after).refunded_on == date(2025, 3, 5)
    with override("en"):
        texts = " ".join(one.text for one in after.steps)
        assert "All of it had been refunded by Wed 5 Mar 2025" in texts
        assert "of the fee was waived" in texts
        assert "should have been refunded" not in texts
    # Half of it was paid then.
    assert charge(ask(LATE, amount="1000", as_of="2025-03-04 12:00")).refunded_on is None


@pytest.mark.parametrize(("covers", "said"), [(None, True), ("affected", True), ("all", False)])
def test_a_waiver_says_for_whom_it_is(covers: str | None, said: bool) -> None:
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", payload={"covers": covers})
    answer = ask(LATE, amount="1000")
    assert charge(answer).if_affected is said
    with override("en"):
        texts = " ".join(one.text for one in answer.steps)
        assert ("if your transaction is among those affected" in texts) is said


@pytest.mark.parametrize("some", [{"models": ["D210"]}, {"provinces": ["44"]}])
def test_a_waiver_for_some_terminals_or_provinces_is_promised_to_nobody_else(
    some: dict[str, Any],
) -> None:
    everyone = {"categories": [], "products": [], "agents": False}
    dates = ("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00")
    waiver(*dates, payload={"covers": "all"}, audience={**everyone, **some})
    assert charge(ask(LATE, amount="1000")).if_affected


def test_a_fee_above_the_amount_is_no_rate_of_200_percent() -> None:
    make_price("0.6%+2", replaces=False)
    answer = ask(LATE, amount="1")
    found = charge(answer)
    assert (found.fee, found.payout, found.effective_rate) == (Decimal("2.01"), Decimal(0), None)
    with override("en"):
        texts = " ".join(one.text for one in answer.steps)
        assert "2.01 yuan. That is more than the amount" in texts
        assert "effective rate" not in texts


def test_a_fixed_part_of_a_payout_is_said_beside_the_fee() -> None:
    make_price("0.6%+3", fixed_per="payout", replaces=False)
    answer = ask(LATE, amount="1000")
    assert (charge(answer).fee, charge(answer).per_payout) == (Decimal("6.00"), Decimal("3.00"))
    assert "fee_per_payout" in codes(answer)


def test_a_promotion_lowers_the_fee_in_its_days_only_and_says_its_end() -> None:
    promotion()
    days = {day: ask(f"2025-02-{day} 12:00", amount="1000") for day in (17, 18, 20, 21)}
    fees = {day: charge(one).fee for day, one in days.items()}
    low, usual = Decimal("3.80"), Decimal("6.00")
    assert fees == {17: usual, 18: low, 20: low, 21: usual}
    with override("en"):
        during = ask("2025-02-18 12:00", amount="1000", as_of="2025-02-20 12:00")
        texts = " ".join(one.text for one in during.steps)
        assert "Promotion until Thu 20 Feb 2025: the fee is 0.38%." in texts
        texts = " ".join(one.text for one in days[18].steps)
        assert "A promotion ran until Thu 20 Feb 2025: the fee was 0.38%." in texts


def test_a_promotion_with_a_limit_names_it_and_the_ordinary_fee() -> None:
    promotion(limit_amount="100000", limit_transactions=200)
    with override("en"):
        texts = " ".join(one.text for one in ask(LATE, amount="1000").steps)
    assert "100,000 yuan and 200 transactions" in texts
    assert "the ordinary fee of 0.60% applies" in texts


def test_an_amount_above_the_limit_of_a_promotion_is_charged_the_ordinary_fee() -> None:
    promotion(limit_amount="1000")
    assert charge(ask(LATE, amount="1000")).fee == Decimal("3.80")
    above = ask(LATE, amount="1000.01")
    assert charge(above).fee == Decimal("6.00")
    assert {"promotion_exceeded"} == {one for one in codes(above) if "promotion" in one}
    with override("en"):
        texts = " ".join(one.text for one in ask(LATE, amount="2000").steps)
    assert "This amount is above it, so the ordinary fee of 0.60% is shown." in texts
    promotion("0.5%")
    assert charge(ask(LATE, amount="2000")).fee == Decimal("10.00")


def test_a_promotion_of_others_or_of_a_card_that_is_not_known_does_not_count() -> None:
    make_product("instant")
    promotion(audience={"products": ["instant"]})
    promotion("0.3%", card="debit")
    assert charge(ask(LATE, amount="1000")).fee == Decimal("6.00")
    assert charge(ask(LATE, product="instant", amount="1000")).fee == Decimal("3.80")


def test_a_promotion_for_a_card_is_named_where_nobody_said_how_it_was_paid() -> None:
    promotion("0.3%", card="debit", limit_transactions=3)
    with override("en"):
        texts = " ".join(one.text for one in ask(LATE, amount="1000").steps)
    said = "for Debit card: the fee was 0.30% (limit per merchant: 3 transactions)."
    assert f"A promotion ran until Thu 20 Feb 2025 {said}" in texts
    assert ways_to_ask([date(2025, 2, 18)]).keys() == {"card"}
    assert not ways_to_ask([date(2025, 2, 21)])


def test_a_promotion_is_named_also_where_the_fee_depends_on_how_it_was_paid() -> None:
    make_price("0.5%", card="debit", replaces=False)
    make_price("0.4%", mcc="5411", replaces=False)
    promotion()
    answer = ask(LATE, amount="1000")
    assert answer.charge is None
    with override("en"):
        texts = " ".join(one.text for one in answer.steps)
    assert "Other transactions" in texts or "Credit card: 0.60%" in texts
    assert ": :" not in texts
    assert "A promotion ran until Thu 20 Feb 2025: the fee was 0.38%." in texts


def test_what_prices_of_the_asked_day_differ_by_is_asked() -> None:
    make_price("0.5%", card="debit", replaces=False, valid_from=date(2025, 3, 1))
    today, later = date(2025, 2, 18), date(2025, 3, 1)
    assert not ways_to_ask([today])
    assert ways_to_ask([today, later]).keys() == {"card"}


def test_a_correction_of_a_price_list_is_named() -> None:
    payload = {"prices": "micro,,,,0.5%", "valid_from": "2025-02-01"}
    said = publish("price_list", "2025-01-02 09:00", payload)
    assert charge(ask(LATE, amount="1000")).fee == Decimal("5.00")
    assert charge(ask(LATE, amount="1000", as_of="2025-01-01 09:00")).fee == Decimal("6.00")
    assert "corrected" not in codes(ask(LATE, amount="1000"))
    statement_correct(statement=said, body=text("仅限刷卡交易"), author=None)
    assert "corrected" in codes(ask(LATE, amount="1000", as_of="2099-01-01 00:00"))
