"""A price list as people paste it."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.settlement.prices.models import CardType, Channel, FixedPer
from statuspage.settlement.prices.reading import merged_lines, read_prices
from tests.statuspage.settlement.rules.factories import make_product

pytestmark = pytest.mark.django_db

ROW = {
    "category": "micro",
    "product": "",
    "card": "",
    "channel": "",
    "fee": {"percent": "0.6", "fixed": "0.00"},
    "above": "0.00",
    "up_to": None,
    "mcc": "",
    "fixed_per": "transaction",
    "valid_until": None,
}


def refused(value: object) -> list[str]:
    """Return in English what is wrong with it."""
    with override("en"), pytest.raises(ValidationError) as refusal:
        read_prices(value)
    with override("en"):
        return [str(one) for one in refusal.value.messages]


def test_a_line_of_a_spreadsheet() -> None:
    make_product("instant", "秒到", "Instant payout")
    found = read_prices(
        "小微商户\t秒到\t借记卡\t刷卡\t0.5％封顶20＋1\t\t\t\t每次划付\t2027/12/31\r\n"
    )
    assert found == [
        {
            "category": "micro",
            "product": "instant",
            "card": "debit",
            "channel": "card",
            "fee": {"percent": "0.5", "fixed": "1.00", "cap": "20.00"},
            "above": "0.00",
            "up_to": None,
            "mcc": "",
            "fixed_per": "payout",
            "valid_until": "2027-12-31",
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        "micro,any,any,any,0.6%",
        "小微，不限，不限，不限，0.6%",
        "micro\t\t\t\t60BP",
        "费率,商户类别\n0.6%,小微商户",
        "Fee\tMerchants\n6‰\tmicro",
        "\n\nmicro,,,,千分之6\n\n",
    ],
)
def test_separators_headings_and_words_for_all(text: str) -> None:
    assert read_prices(text) == [ROW]


def test_rows_of_the_api_are_the_same() -> None:
    assert read_prices([{"category": "micro", "fee": "0.6%"}]) == [ROW]
    assert read_prices(read_prices("micro,,,,0.6%")) == [ROW]


def test_tiers_are_lines_of_their_own() -> None:
    found = read_prices("micro,,,,0.38%,,1000\nmicro,,,,0.6%,1000,")
    assert [(one["above"], one["up_to"]) for one in found] == [
        ("0.00", "1000.00"),
        ("1000.00", None),
    ]


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("扫码（1,000元及以下）", "qr_small"),
        ("扫码1000以下", "qr_small"),
        ("扫码1000元（含）以下", "qr_small"),
        ("扫码≤1000元", "qr_small"),
        ("二维码1000元以内", "qr_small"),
        ("QR up to 1,000", "qr_small"),
        ("QR code, up to 1,000 yuan", "qr_small"),
        ("扫码（1,000元以上）", "qr_large"),
        ("扫码>1000", "qr_large"),
        ("QR code above 1,000 yuan", "qr_large"),
        ("云闪付", "unionpay_qr"),
        ("UnionPay QR code", "unionpay_qr"),
    ],
)
def test_the_limit_of_small_qr_payments_is_read_however_it_is_written(
    written: str, channel: str
) -> None:
    with override("en"):
        (row,) = read_prices(f"micro\t\t\t{written}\t0.38%")
    assert row["channel"] == channel


def test_what_our_own_pages_say_is_read_again() -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            for value, label in (*Channel.choices, *CardType.choices, *FixedPer.choices):
                cells = {"category": "micro", "fee": "0.6%+3"}
                name = {Channel: "channel", CardType: "card", FixedPer: "fixed_per"}
                column = next(column for kind, column in name.items() if value in kind.values)
                (row,) = read_prices([{**cells, column: str(label)}])
                assert row[column] == value


def test_the_unit_and_the_cap_may_stand_in_columns_of_their_own() -> None:
    text = (
        "商户类型\t卡种\t费率（%）\t封顶（元）\n小微商户\t借记卡\t0.5\t20\n小微商户\t贷记卡\t0.6\t"
    )
    found = [one["fee"] for one in read_prices(text)]
    assert found == [
        {"percent": "0.5", "fixed": "0.00", "cap": "20.00"},
        {"percent": "0.6", "fixed": "0.00"},
    ]
    (row,) = read_prices("商户,费率,封顶\n小微,0.5%+1,20")
    assert row["fee"] == {"percent": "0.5", "fixed": "1.00", "cap": "20.00"}


def test_a_refusal_lists_what_may_be_entered_in_the_reader_s_words() -> None:
    with override("zh-hans"), pytest.raises(ValidationError) as refusal:
        read_prices("餐饮\t\t\t\t0.6%")
    assert "小微商户" in refusal.value.messages[0]


def test_every_wrong_line_is_named_with_what_is_wrong() -> None:
    found = refused("micro,,,,0.6%\nmacro,,,,0.6%\nmicro,,gold,,six")
    assert len(found) == 3
    assert "Line 2: “macro” is not known" in found[0]
    assert "Line 3: “gold” is not known" in found[1]
    assert "Line 3: Enter a fee such as 0.6%" in found[2]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "Enter 1 to 200 prices"),
        ([], "Enter 1 to 200 prices"),
        ("\n".join(["micro,,,,0.6%"] * 201), "Enter 1 to 200 prices"),
        ("micro,,,,0.6%\nmicro,,,,0.7%", "Lines 1 and 2 give a price for the same"),
        ("micro,,,,0.6%,,1000", "amounts above 1000.00 yuan have no price"),
        ("micro,,,,0.6%,10,", "Line 1: amounts from 0 yuan on have no price"),
        ("micro,,,,0.6%,10,5", "must be above the smallest"),
        ("micro,,,,0.6%,,,,,,,", "Line 1: 12 columns, at most 10"),
        ("fee,merchants,colour\n0.6%,micro,red", "no column is called colour"),
        ("fee,card\n0.6%,debit", "name merchants and fee"),
        ([{"category": "micro", "fee": "0.6%", "colour": "red"}], "unknown: colour"),
        ({"category": "micro"}, "as a table"),
        ("micro,,,,0.6%,,,,,31.12.", "Enter a date"),
    ],
)
def test_what_is_no_price_list_is_refused(value: object, said: str) -> None:
    assert said in " ".join(refused(value))


def test_below_merged_cells_the_merchants_are_those_above() -> None:
    make_product("instant", "秒到", "Instant payout")
    merged = "小微商户\t秒到\t借记卡\t\t0.5%\n\t秒到\t贷记卡\t\t0.6%\n\t秒到\t外卡\t\t3%"
    merged = merged.replace("\n\t秒到\t外卡\t\t3%", "\n行业商户\t\t\t\t0.38%")
    whole = merged.replace("\n\t", "\n小微商户\t")
    assert read_prices(merged) == read_prices(whole)
    assert merged_lines(merged) == [2]
    assert merged_lines(whole) == []


def test_merged_cells_over_three_lines_under_headings_of_their_own_order() -> None:
    text = "商户\t卡种\t费率\n小微\t借记卡\t0.5%\n\t贷记卡\t0.6%\n\n\t不限\t1%"
    assert [one["category"] for one in read_prices(text)] == ["micro"] * 3
    assert merged_lines(text) == [3, 5]


def test_another_empty_cell_below_a_filled_one_is_asked_about() -> None:
    """It may be merged too, or mean any product: nothing is guessed."""
    make_product("instant", "秒到", "Instant payout")
    text = "小微\t秒到\t借记卡\t\t0.5%\n\t\t贷记卡\t\t0.6%"
    assert refused(text) == [
        "Line 2: the cell below “秒到” is empty. Write “秒到” again, or “any”."
    ]
    assert read_prices(text.replace("秒到", "不限"))[1]["product"] == ""
    # Where the merchants are written, an empty cell means any, as it always did.
    assert read_prices(text.replace("\n\t", "\n小微\t"))[1]["product"] == ""


@pytest.mark.parametrize("text", ["\t\t借记卡\t\t0.5%", "费率\t商户\n0.5%\t小微\n0.6%\t"])
def test_an_empty_cell_with_nothing_above_it_or_not_at_the_front_is_refused(text: str) -> None:
    assert any("“” is not known" in one for one in refused(text))
