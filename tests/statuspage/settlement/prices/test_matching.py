"""Which price a transaction has; pure, without a database."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from statuspage.lib.money import parse_fee
from statuspage.settlement.prices.matching import Paid, options, overlap
from statuspage.settlement.prices.models import Price
from tests.statuspage.settlement.rules.factories import LONG_AGO


def row(fee: str, later: int = 0, **values: Any) -> Price:
    """Return a price known so many days after the first ones."""
    one = parse_fee(fee)
    parts = {"percent": one.percent, "fixed": one.fixed, "cap": one.cap, "minimum": one.minimum}
    known = LONG_AGO + timedelta(days=later)
    return Price(category="micro", known_from=known, **parts, **values)


def fees(rows: list[Price], **paid: Any) -> list[str]:
    """Return the fees that the transaction may have, as the canonical form writes percents."""
    amount = paid.pop("amount", None)
    asked = Paid(**paid, amount=Decimal(amount) if amount else None)
    return sorted(str(one.price.fee.percent) for one in options(rows, asked))


def test_the_product_s_own_price_comes_first_and_the_newest_of_equals() -> None:
    rows = [row("0.6%"), row("0.7%", 5), row("0.9%", product="instant")]
    assert fees(rows) == ["0.9"]
    assert fees(rows[:2]) == ["0.7"]


def test_a_card_that_is_not_known_leaves_every_price_open() -> None:
    rows = [row("0.5%封顶20", card="debit"), row("0.6%", card="credit")]
    assert fees(rows) == ["0.5", "0.6"]
    assert fees(rows, card="debit") == ["0.5"]
    assert fees([row("0.6%", card="debit"), row("0.6%", card="credit")]) == ["0.6"]


def test_the_more_exact_price_goes_before_the_general_one() -> None:
    rows = [row("0.6%"), row("0.5%", card="debit")]
    assert fees(rows, card="debit") == ["0.5"]
    assert fees(rows, card="credit") == ["0.6"]


def test_a_newer_list_takes_the_place_of_an_older_one_also_of_its_exact_prices() -> None:
    rows = [row("0.5%", card="debit"), row("0.6%", 5)]
    assert fees(rows, card="debit") == ["0.6"]


def test_a_change_of_one_price_leaves_the_others() -> None:
    rows = [
        row("0.6%"),
        row("0.5%", card="debit"),
        row("0.7%", 5, replaces=False),
    ]
    assert fees(rows, card="debit") == ["0.5"]
    assert fees(rows, card="credit") == ["0.7"]


def test_the_amount_decides_between_small_and_large_qr_payments() -> None:
    rows = [row("0.38%", channel="qr_small"), row("0.6%")]
    assert fees(rows, channel="qr_small", amount="1000.00") == ["0.38"]
    assert fees(rows, channel="qr_small", amount="1000.01") == ["0.6"]
    assert fees(rows, channel="card", amount="10") == ["0.6"]
    assert fees(rows, amount="10") == ["0.38", "0.6"]
    assert fees(rows, amount="2000") == ["0.6"]


def test_tiers_hold_up_to_and_including_their_end() -> None:
    rows = [row("0.38%", up_to=Decimal(1000)), row("0.6%", above=Decimal(1000))]
    assert fees(rows, amount="1000.00") == ["0.38"]
    assert fees(rows, amount="1000.01") == ["0.6"]


def test_groups_of_merchants_by_mcc() -> None:
    rows = [row("0.6%"), row("0.3%", mcc="公益")]
    assert fees(rows) == ["0.3", "0.6"]
    assert fees(rows, mcc="公益") == ["0.3"]


def test_overlap_is_seen_by_card_and_amounts() -> None:
    debit, credit = row("1%", card="debit"), row("1%", card="credit")
    assert not overlap(debit, credit)
    assert overlap(debit, row("1%"))
    assert not overlap(row("1%", up_to=Decimal(10)), row("1%", above=Decimal(10)))
