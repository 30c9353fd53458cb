"""A price list as people paste it."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from statuspage.settlement.prices.reading import read_prices
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
