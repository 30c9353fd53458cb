"""Price lists, changes of fees and promotions as notices."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.settlement.prices.models import Price
from statuspage.settlement.prices.selectors import price_options
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import text
from tests.statuspage.notices.samples import ahead, publish, right_payload
from tests.statuspage.settlement.rules.factories import make_price, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def prices() -> None:
    """As in the demonstration: 0.6 %, and for instant payouts one yuan more."""
    make_product("instant", "秒到", "Instant payout")
    make_product("card", "刷卡", "Cards")
    for category in ("micro", "industry"):
        make_price("0.6%", category)
        make_price("0.6%+1", category, product="instant")


def fee_of(product: str = "", category: str = "micro", days: int = 50, **paid: Any) -> str:
    """Return the one fee in force so many days from now."""
    day = timezone.localdate() + timedelta(days=days)
    with override("en"):
        return " or ".join(str(one.price.fee) for one in price_options(category, product, day))


def change(audience: dict[str, Any] | None = None, **changes: Any) -> Statement:
    """Publish the change from 0.6 % to 1 % + 3."""
    return publish("fee_change", right_payload("fee_change") | changes, audience=audience or {})


def refused(kind: str, audience: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    """Return in English what is wrong with the notice, by field."""
    with override("en"), pytest.raises(ValidationError) as refusal:
        publish(kind, right_payload(kind) | changes, audience=audience or {})
    with override("en"):
        found = refusal.value.message_dict
    return {name: " ".join(map(str, problems)) for name, problems in found.items()}


@pytest.mark.usefixtures("prices")
class TestFeeChange:
    """A change is a difference to the price list."""

    def test_a_phone_says_for_which_payments_it_is_and_that_other_fees_stay(self) -> None:
        assert "Only for" not in change({"products": ["card"]}).content["brief"]["en"]
        content = change(others="keep", card="credit").content
        assert "Only for Credit card. Products with another fee keep it." in content["brief"]["en"]
        assert "仅适用于贷记卡。费率不同的产品，费率不变。" in content["brief"]["zh-hans"]

    def test_a_product_with_another_fee_is_named_and_not_changed_in_silence(self) -> None:
        said = refused("fee_change")
        assert set(said) == {"old_fee"}
        assert "Instant payout: 0.60%+1.00" in said["old_fee"]
        assert not Statement.objects.exists()

    def test_products_with_another_fee_keep_it_where_the_notice_says_so(self) -> None:
        content = change(others="keep").content
        assert fee_of() == fee_of("card") == "1.00%+3.00"
        assert fee_of("instant") == "0.60%+1.00"
        lines = {one["label"]: one["text"] for one in content["details"]["en"]}
        assert "Micro merchants · Instant payout: 0.60%+1.00" in lines["Unchanged"]

    def test_only_the_products_that_are_named_change(self) -> None:
        change({"categories": ["micro"], "products": ["card"]})
        assert fee_of("card") == "1.00%+3.00"
        assert fee_of() == "0.60%"
        assert fee_of("instant") == "0.60%+1.00"
        assert fee_of("card", "industry") == "0.60%"

    def test_a_product_s_own_fee_is_changed_by_its_own_old_fee(self) -> None:
        assert "another" in refused("fee_change", {"products": ["instant"]})["old_fee"]
        change({"products": ["instant"]}, old_fee="0.6%+1", new_fee="0.6%+2")
        assert fee_of("instant") == "0.60%+2.00"
        assert fee_of() == "0.60%"

    def test_it_holds_from_its_day_and_not_once_it_is_withdrawn(self) -> None:
        said = change(others="keep")
        assert fee_of(days=1) == "0.60%"
        statement_withdraw(statement=said, body=text("误发"), author=None)
        assert fee_of() == "0.60%"

    def test_a_second_change_starts_from_the_fee_of_the_first(self) -> None:
        change(others="keep")
        assert (
            "another"
            in refused("fee_change", {"products": ["card"]}, effective_on=ahead(60))["old_fee"]
        )
        change({"products": ["card"]}, old_fee="万100+3", new_fee="0.8%", effective_on=ahead(60))
        assert fee_of("card", days=70) == "0.80%"
        assert fee_of(days=70) == "1.00%+3.00"

    def test_agents_and_terminals_have_no_prices_of_their_own(self) -> None:
        said = refused("fee_change", {"models": ["DP-100"]}, others="keep")
        assert "differ by merchants and products only" in said["models"]

    def test_a_card_type_alone_is_changed_out_of_a_price_for_all(self) -> None:
        change(others="keep", card="credit")
        day = timezone.localdate() + timedelta(days=50)
        found = {
            way.card: str(one.price.fee)
            for one in price_options("micro", "card", day)
            for way in one.ways
        }
        assert found == {"debit": "0.60%", "credit": "1.00%+3.00"}

    def test_a_change_announced_for_later_still_comes_after_one_for_before(self) -> None:
        products = {"products": ["card"]}
        later = change(products, new_fee="0.9%", effective_on=ahead(70))
        change(products, new_fee="0.7%", effective_on=ahead(40))
        assert [fee_of("card", days=days) for days in (30, 50, 80)] == ["0.60%", "0.70%", "0.90%"]
        statement_withdraw(statement=later, body=text("取消"), author=None)
        assert [fee_of("card", days=days) for days in (30, 50, 80)] == ["0.60%", "0.70%", "0.70%"]

    def test_without_the_first_of_two_changes_the_second_still_comes(self) -> None:
        products = {"products": ["card"]}
        first = change(products, new_fee="0.7%", effective_on=ahead(40))
        change(products, old_fee="0.7%", new_fee="0.9%", effective_on=ahead(70))
        statement_withdraw(statement=first, body=text("取消"), author=None)
        assert [fee_of("card", days=days) for days in (50, 80)] == ["0.60%", "0.90%"]

    def test_what_a_product_s_own_price_leaves_open_can_be_changed_too(self) -> None:
        products = {"products": ["card"]}
        change(products, card="credit")
        assert fee_of("card", days=50) == "0.60% or 1.00%+3.00"
        # All of it is not 0.6 % any more; debit cards are.
        assert "1.00%+3.00" in refused("fee_change", products, effective_on=ahead(60))["old_fee"]
        change(products, card="debit", new_fee="0.8%", effective_on=ahead(60))
        assert fee_of("card", days=70) == "0.80% or 1.00%+3.00"
        assert fee_of(days=70) == "0.60%"

    def test_a_list_for_what_a_product_s_own_price_left_open_may_be_a_rise(self) -> None:
        make_price("1%", product="card", card="credit")
        rise = {"prices": "micro\tcard\tdebit\t\t0.7%"}
        assert "short_notice_reason" in refused("price_list", **rise)
        lower = {"prices": "micro\tcard\tdebit\t\t0.5%"}
        assert publish("price_list", right_payload("price_list") | lower)

    def test_a_promotion_ends_and_the_changed_fee_follows(self) -> None:
        products = {"products": ["card"]}
        change(products, new_fee="0.9%", effective_on=ahead(40))
        publish(
            "promotion", right_payload("promotion") | {"last_day": ahead(60)}, audience=products
        )
        assert [fee_of("card", days=days) for days in (30, 50, 80)] == ["0.60%", "0.90%", "0.90%"]

    def test_a_fee_above_the_amount_has_no_rate_in_the_examples(self) -> None:
        content = change(others="keep", new_fee="0.6%+150").content
        table = content["tables"]["en"][0]
        assert table["rows"][0][2] == "150.60 yuan (more than the amount)"
        assert table["rows"][1][2] == "156.00 yuan (effective rate 15.60%)"


def test_a_card_for_which_there_is_no_price_cannot_change() -> None:
    make_price("0.5%", card="debit")
    make_price("0.5%", "industry", card="debit")
    assert "card and channel" in refused("fee_change", card="credit")["old_fee"]


def test_without_any_price_the_new_fee_is_known_all_the_same() -> None:
    change()
    assert fee_of() == "1.00%+3.00"


@pytest.mark.parametrize(
    ("old", "new"),
    [("0.5%封顶20", "0.5%"), ("0.5%封顶20", "0.5%封顶25"), ("1%", "1%最低1元"), ("0.6%", "0.5%+1")],
)
def test_a_change_that_is_dearer_for_some_amount_needs_its_thirty_days(old: str, new: str) -> None:
    wrong = refused("fee_change", old_fee=old, new_fee=new, effective_on=ahead(29))
    assert set(wrong) == {"short_notice_reason"}


def test_a_change_that_only_lowers_needs_none() -> None:
    change(old_fee="0.5%", new_fee="0.5%封顶20", effective_on=ahead(1))
    assert Price.objects.count() == 2


class TestPriceList:
    """The first list is a list."""

    def test_the_first_list_needs_no_thirty_days_and_is_no_change(self) -> None:
        content = publish("price_list").content
        assert content["form"] == "disclosure"
        table = content["tables"]["en"][0]
        assert table["rows"] == [
            ["Micro merchants · Debit card", "0.50% (max 20.00)", "5.00 on 1,000 yuan"],
            ["Micro merchants · Credit card", "0.60%", "6.00 on 1,000 yuan"],
        ]
        assert fee_of() == "0.50% (max 20.00) or 0.60%"
        assert fee_of(days=0) == ""

    def test_a_list_may_say_what_holds_already(self) -> None:
        publish("price_list", right_payload("price_list") | {"valid_from": "2025-01-01"})
        assert fee_of(days=-5) == "0.50% (max 20.00) or 0.60%"

    @pytest.mark.usefixtures("prices")
    def test_a_list_that_raises_a_price_needs_its_thirty_days(self) -> None:
        dearer = {"prices": "micro,,,,0.7%", "valid_from": ahead(29)}
        assert set(refused("price_list", **dearer)) == {"short_notice_reason"}
        publish("price_list", right_payload("price_list") | dearer | {"valid_from": ahead(30)})
        assert fee_of() == "0.70%"
        assert fee_of("instant") == "0.60%+1.00"
        assert fee_of(days=20) == "0.60%"

    def test_a_fixed_part_for_each_transaction_instead_of_each_payout_is_a_rise(self) -> None:
        make_price("0.6%+3", fixed_per="payout")
        said = refused("price_list", prices="micro,,,,0.6%+3")
        assert set(said) == {"short_notice_reason"}

    @pytest.mark.usefixtures("prices")
    def test_a_dearer_tier_is_a_rise_and_a_list_that_is_cheaper_is_none(self) -> None:
        tiers = "micro,,,,0.6%,,5000\nmicro,,,,0.65%,5000,"
        assert set(refused("price_list", prices=tiers)) == {"short_notice_reason"}
        publish("price_list", right_payload("price_list") | {"prices": "micro,,,,0.6%封顶30"})
        assert fee_of() == "0.60% (max 30.00)"

    def test_a_list_taken_back_is_as_if_it_had_not_been(self) -> None:
        make_price("0.6%")
        payload = right_payload("price_list") | {"prices": "micro,,,,0.5%"}
        said = publish("price_list", payload)
        assert fee_of() == "0.50%"
        statement_withdraw(statement=said, body=text("误发"), author=None)
        assert fee_of() == "0.60%"

    def test_impossible_prices_are_refused(self) -> None:
        assert "less than" in refused("price_list", prices="micro,,,,100%")["prices"]
        ends = f"micro,,,,0.6%,,,,,{ahead(0)}"
        assert "before this list begins" in refused("price_list", prices=ends)["prices"]

    def test_an_example_is_of_an_amount_for_which_the_price_holds(self) -> None:
        rows = "micro,,,,0.38%,,500\nmicro,,,,0.6%,500,\nmicro,,,qr_large,1%"
        content = publish("price_list", right_payload("price_list") | {"prices": rows}).content
        examples = [row[-1] for row in content["tables"]["en"][0]["rows"]]
        assert examples == ["1.90 on 500 yuan", "6.00 on 1,000 yuan", "20.00 on 2,000 yuan"]


@pytest.mark.usefixtures("prices")
class TestPromotion:
    """A promotion lowers the fee in its time only."""

    def test_it_says_its_end_and_that_nothing_more_is_announced(self) -> None:
        content = publish("promotion").content
        assert "After that the ordinary fee applies again." in content["brief"]["en"]
        assert "100,000 yuan and 200 transactions" in content["brief"]["en"]
        assert "without a further announcement" in content["details"]["en"][-1]["text"]
        assert content["effective_until"]

    def test_a_phone_says_for_which_payments_and_on_what_conditions(self) -> None:
        ways = {"card": "debit", "channel": "unionpay_qr"}
        brief = publish("promotion", right_payload("promotion") | ways).content["brief"]
        assert "Only for Debit card · UnionPay QR code. " in brief["en"]
        assert "仅适用于借记卡 · 银联二维码。" in brief["zh-hans"]
        assert "For micro merchants only." in brief["en"]
        assert "Only for" not in publish("promotion").content["brief"]["en"]

    def test_it_is_never_dearer_for_anybody_whom_it_names(self) -> None:
        said = refused("promotion", fee="0.59%+1")
        assert "Micro merchants: 0.60%" in said["fee"]
        assert "Instant" not in said["fee"]
        publish(
            "promotion",
            right_payload("promotion") | {"fee": "0.6%+1"} | {},
            audience={"products": ["instant"]},
        )

    def test_it_adds_no_price(self) -> None:
        before = Price.objects.count()
        publish("promotion")
        assert Price.objects.count() == before
        assert fee_of(days=1) == "0.60%"


def test_a_fee_of_a_row_is_exact() -> None:
    make_price("0.385%封顶20.5+0.55")
    assert Price.objects.get().fee.fee_of(Decimal("1234.56")) == Decimal("5.30")
