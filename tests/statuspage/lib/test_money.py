"""Fees are exact: the figures of the domain's own examples, and what holds for every amount."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.lib.money import Fee, amount_json, parse_amount, parse_fee, to_fen, yuan

AMOUNTS = st.decimals("0.01", "99999999.99", places=2)
PERCENTS = st.decimals(0, 100, places=4)
FIXED = st.decimals(0, 100, places=2)
FEES = st.builds(Fee, PERCENTS, FIXED)
BOUNDS = st.lists(st.decimals("0.01", 100, places=2), min_size=2, max_size=2).map(sorted)
BOUNDED = st.builds(
    lambda percent, fixed, bounds, which: Fee(
        percent,
        fixed,
        *(one if use else None for one, use in zip(bounds[::-1], which, strict=True)),
    ),
    PERCENTS,
    FIXED,
    BOUNDS,
    st.tuples(st.booleans(), st.booleans()),
)


def test_a_fee_comes_to_the_fen(subtests: pytest.Subtests) -> None:
    for amount, fee, costs in [
        ("1000.00", "0.6%", "6.00"),
        ("1000.00", "万100+3", "13.00"),
        ("1234.56", "0.6%", "7.41"),
        ("100.00", "万100+3", "4.00"),
        ("0.01", "0.6%", "0.00"),
        ("0.83", "0.6%", "0.00"),
        ("0.84", "0.6%", "0.01"),
        ("2.50", "0.6%", "0.02"),  # 0.015, half up: banker's rounding says the same here
        ("7.50", "0.6%", "0.05"),  # 0.045, half up: banker's rounding would say 0.04
    ]:
        with subtests.test(amount=amount, fee=fee, costs=costs):
            assert parse_fee(fee).fee_of(Decimal(amount)) == Decimal(costs)


@pytest.mark.parametrize(
    ("fee", "amount", "comes_to"),
    [
        ("0.6%", "0.01", "0.00"),
        ("0.6%", "0.83", "0.00"),
        ("0.6%", "0.84", "0.01"),  # 0.00504 is above half a fen
        ("0.5%", "1", "0.01"),  # half a fen is rounded up, and not to the even one
        ("0.5%", "5", "0.03"),
        ("0.6%", "50000000", "300000.00"),
        ("0.5%封顶20", "4000", "20.00"),
        ("0.5%封顶20", "4000.01", "20.00"),
        ("0.6%最低0.1元", "0.01", "0.10"),
        ("0.6%最低0.1元", "16.67", "0.10"),
        ("0.5%最低0.1封顶20+1", "50000000", "21.00"),
        ("每笔3元", "0.01", "3.00"),
        ("免费", "50000000", "0.00"),
    ],
)
def test_a_fee_is_exact_at_its_bounds_and_at_the_ends(fee, amount, comes_to):
    assert parse_fee(fee).fee_of(Decimal(amount)) == Decimal(comes_to)


def test_a_fixed_part_weighs_most_on_small_amounts():
    fee = parse_fee("万100+3")
    assert fee.effective_rate(Decimal("100.00")) == Decimal("4.00")
    assert fee.effective_rate(Decimal("1000.00")) == Decimal("1.30")
    assert fee.effective_rate(Decimal("10000.00")) == Decimal("1.03")


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_nothing_has_no_rate(amount):
    with pytest.raises(ValueError, match="above zero"):
        parse_fee("0.6%").effective_rate(Decimal(amount))


def test_a_fee_is_read_as_the_trade_writes_it(subtests: pytest.Subtests) -> None:
    for text, percent, fixed in [
        ("0.6%", "0.6", "0"),
        ("0.60%", "0.6", "0"),
        ("万60", "0.6", "0"),
        ("万100+3", "1", "3"),
        ("万 100 + 3元", "1", "3"),
        ("1.00% + 3", "1", "3"),
        ("1.00%+3.50元", "1", "3.50"),
        ("０.６％", "0.6", "0"),  # as a Chinese keyboard writes it
        ("万38.5＋0.5", "0.385", "0.50"),
        ("0%", "0", "0"),
        ("100%", "100", "0"),
    ]:
        with subtests.test(text=text, percent=percent, fixed=fixed):
            assert parse_fee(text) == Fee(Decimal(percent), Decimal(fixed))


def test_a_fee_is_read_in_every_way_of_the_trade(subtests: pytest.Subtests) -> None:
    for text, percent, fixed, cap, minimum in [
        ("W100+3", "1", "3", None, None),
        ("w100+3", "1", "3", None, None),
        ("Ｗ１００＋３", "1", "3", None, None),
        ("0.6%+3", "0.6", "3", None, None),
        ("0.6％＋3", "0.6", "3", None, None),
        ("千分之6", "0.6", "0", None, None),
        ("千分之 5.5", "0.55", "0", None, None),
        ("百分之0.6", "0.6", "0", None, None),
        ("万分之38", "0.38", "0", None, None),
        ("6‰", "0.6", "0", None, None),
        ("60BP", "0.6", "0", None, None),
        ("60 bp", "0.6", "0", None, None),
        ("38bps+1", "0.38", "1", None, None),
        ("0.38%+3元", "0.38", "3", None, None),
        ("0.38%+3元/笔", "0.38", "3", None, None),
        ("0.38%+3/笔", "0.38", "3", None, None),
        ("3元/笔", "0", "3", None, None),
        ("0.5%封顶20", "0.5", "0", "20", None),
        ("0.5%，封顶20元", "0.5", "0", "20", None),
        ("0.5%（封顶20元）+1", "0.5", "1", "20", None),
        ("万50 封顶 1,000", "0.5", "0", "1000", None),
        ("1%最低1元", "1", "0", None, "1"),
        ("1%最低1元封顶50元", "1", "0", "50", "1"),
        ("1% (min 1, max 50)", "1", "0", "50", "1"),
        ("1% (max 50; min 1)", "1", "0", "50", "1"),
        # As short as 万60, and as common.
        ("千6", "0.6", "0", None, None),
        ("千分之六", "0.6", "0", None, None),
        ("万分之三十八", "0.38", "0", None, None),
        ("百分之零点五五", "0.55", "0", None, None),
        ("60基点", "0.6", "0", None, None),
        ("60 basis points", "0.6", "0", None, None),
        ("0.6 percent + 3 yuan", "0.6", "3", None, None),
        ("0.6%每笔加3元", "0.6", "3", None, None),
        ("0.6%+￥3/笔", "0.6", "3", None, None),
        ("0.5%20元封顶", "0.5", "0", "20", None),
        ("0.5%（20封顶）", "0.5", "0", "20", None),
        ("60BP上限20元/笔", "0.6", "0", "20", None),
        ("0.5%不超过20元", "0.5", "0", "20", None),
        ("0.5% capped at 20", "0.5", "0", "20", None),
        ("0.5%/笔", "0.5", "0", None, None),
        ("每笔3元", "0", "3", None, None),
        ("免费", "0", "0", None, None),
        ("不收费", "0", "0", None, None),
        ("0费率", "0", "0", None, None),
        ("万六十", "0.6", "0", None, None),
        ("万五+0.03元/笔", "0.05", "0.03", None, None),
        ("六十BP", "0.6", "0", None, None),
        ("0.6个点", "0.6", "0", None, None),
        ("千分之6点5", "0.65", "0", None, None),
        ("费率：0.6%", "0.6", "0", None, None),
        ("0.6%每笔+3元", "0.6", "3", None, None),
        ("3 yuan per transaction", "0", "3", None, None),
        ("0.5%封20", "0.5", "0", "20", None),
        ("0.5%－20封顶", "0.5", "0", "20", None),
        ("0.55%，封顶 20 元", "0.55", "0", "20", None),
        ("0.6%，每笔最低0.1元", "0.6", "0", None, "0.1"),
        ("0.6%最低每笔0.1元封顶20元", "0.6", "0", "20", "0.1"),
    ]:
        with subtests.test(text=text):
            bounds = [Decimal(one) if one else None for one in (cap, minimum)]
            assert parse_fee(text) == Fee(Decimal(percent), Decimal(fixed), *bounds)


def test_a_refusal_of_a_fee_says_how_to_write_one() -> None:
    with pytest.raises(ValidationError) as refusal:
        parse_fee("six")
    with override("en"):
        assert "Enter a fee such as 0.6%" in str(refusal.value)


def test_a_refusal_of_a_fee_says_what_is_unclear_about_it() -> None:
    for text, why in [
        ("0.6%+3封顶20", "two ways"),
        ("万60+3最高20元", "two ways"),
        ("0.6", "no unit"),
        ("0.6+3", "no unit"),
        ("1000以下0.38%，1000以上0.6%", "a line for each range of amounts"),
        ("0.38%~0.6%", "several fees"),
        ("0.38%至0.6%", "several fees"),
        ("0.6%+0.05%", "several fees"),
        ("0.38%（1000元以内）", "depends on the amount"),
        ("封顶18", "no percentage"),
        ("每笔最低0.1元", "no percentage"),
        ("3元", "for each transaction"),
        ("200%", "more than the whole amount"),
    ]:
        with override("en"), pytest.raises(ValidationError) as refusal:
            parse_fee(text)
        with override("en"):
            assert why in str(refusal.value)
            assert text in str(refusal.value)
        with override("zh-hans"):
            said = str(refusal.value)
            assert text in said
            assert not re.search(r"[a-z]{3}", said.replace(text, ""))


def test_what_is_no_fee_is_refused(subtests: pytest.Subtests) -> None:
    for text in [
        "",
        "0.6",
        "6",
        "万",
        "+3",
        "0.6%+",
        "101%",
        "-1%",
        "万-3",
        "0.6%%",
        "1e2%",
        "0.6%+3+1",
        "0.6%封顶",
        "0.6%封顶0",
        "0.6%最低20封顶10",
        "0.6%最低1封顶20最低2",
        "0.6%+3封顶20",  # is it 20 with the 3, or without?
        "万6025封顶",  # 万60 and 25, or 万602 and 5?
        "0,6%",
        "1,5%",
        "60B",
        "3元",
        "3",
    ]:
        with subtests.test(text=text), pytest.raises(ValidationError):
            parse_fee(text)


def test_what_is_no_canonical_fee_is_refused(subtests: pytest.Subtests) -> None:
    for value in [
        None,
        0.6,
        {},
        {"percent": 0.6},
        {"percent": "0.6", "fixed": 3.5},
        {"percent": "0.6", "currency": "CNY"},
        {"percent": "1e1"},
        {"percent": "0.12345678"},
        {"percent": "0.6", "fixed": "0.001"},
        {"percent": "0.6", "cap": 20.5},
        {"percent": "0.6", "cap": "1", "minimum": "2"},
    ]:
        with subtests.test(value=value), pytest.raises(ValidationError):
            parse_fee(value)


def test_a_fee_is_written_the_same_in_every_language():
    assert str(parse_fee("0.6%")) == "0.60%"
    assert str(parse_fee("万100+3")) == "1.00%+3.00"
    assert str(parse_fee("万38.5")) == "0.385%"


def test_equal_fees_have_one_canonical_form():
    assert parse_fee("万60").as_json() == parse_fee("0.600%").as_json()
    assert parse_fee("万100+3").as_json() == {"percent": "1", "fixed": "3.00"}
    assert parse_fee("100%").as_json() == {"percent": "100", "fixed": "0.00"}


def test_a_fee_is_dearer_where_some_transaction_costs_more():
    old, new = parse_fee("0.6%"), parse_fee("万100+3")
    assert new.dearer_than(old)
    assert not old.dearer_than(new)
    assert not old.dearer_than(parse_fee("万60"))
    assert parse_fee("0.5%+1").dearer_than(old)  # cheaper on large amounts, dearer on small ones


@pytest.mark.parametrize(
    ("one", "other", "is_dearer"),
    [
        ("0.5%封顶20", "0.5%", False),
        ("0.5%", "0.5%封顶20", True),  # above 4,000 yuan
        ("0.4%", "0.5%封顶20", True),  # above 5,000 yuan
        ("1%最低1元", "1%", True),  # below 100 yuan
        ("1%", "1%最低1元", False),
        ("0.38%封顶30", "0.5%封顶20", True),  # above 5,263 yuan
        ("0.3%封顶20", "0.5%封顶20", False),
        ("0.3%+2", "0.5%最低2元", True),  # at 100 yuan it is 2.30 and 2.00
        ("0.6%", "0.5%+3", True),  # above 3,000 yuan
    ],
)
def test_a_bound_of_a_fee_is_compared_at_every_amount(one, other, is_dearer):
    assert parse_fee(one).dearer_than(parse_fee(other)) is is_dearer


def test_fees_are_compared_within_a_range_of_amounts():
    one, other = parse_fee("0.6%"), parse_fee("0.5%+3")
    assert not one.dearer_than(other, up_to=Decimal(3000))
    assert one.dearer_than(other, above=Decimal(1000), up_to=Decimal(3001))


def test_bounds_of_a_fee_hold_to_the_fen_and_are_said():
    fee = parse_fee("0.5%封顶20+3")
    assert [fee.fee_of(Decimal(one)) for one in ("1000", "4000", "9000")] == [
        Decimal("8.00"),
        Decimal("23.00"),
        Decimal("23.00"),
    ]
    assert parse_fee("1%最低1元").fee_of(Decimal("12.34")) == Decimal("1.00")
    assert fee.as_json() == {"percent": "0.5", "fixed": "3.00", "cap": "20.00"}
    with override("en"):
        assert str(fee) == "0.50% (max 20.00)+3.00"
        assert str(parse_fee("1%最低1封顶50")) == "1.00% (min 1.00, max 50.00)"
    with override("zh-hans"):
        assert str(fee) == "0.50%（封顶20.00元）+3.00"
        assert str(parse_fee("1%最低1封顶50")) == "1.00%（最低1.00元，封顶50.00元）"


@given(FEES | BOUNDED)
def test_canonical_json_reads_back(fee):
    assert parse_fee(fee.as_json()) == fee


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@given(fee=FEES | BOUNDED)
def test_what_people_read_reads_back(language, fee):
    with override(language):
        assert parse_fee(str(fee)) == fee


@given(FEES, AMOUNTS)
def test_a_fee_is_within_half_a_fen_of_the_exact_one_and_never_below_by_more(fee, amount):
    exact = Fraction(amount) * Fraction(fee.percent) / 100 + Fraction(fee.fixed)
    error = Fraction(fee.fee_of(amount)) - exact
    assert -Fraction(1, 200) < error <= Fraction(1, 200)


@given(FEES | BOUNDED, AMOUNTS, AMOUNTS)
def test_a_larger_amount_never_costs_less(fee, one, other):
    small, large = sorted((one, other))
    assert fee.fee_of(small) <= fee.fee_of(large)


@given(FEES | BOUNDED, FEES | BOUNDED, AMOUNTS)
def test_a_fee_that_is_not_dearer_never_costs_more(one, other, amount):
    if not one.dearer_than(other):
        assert one.fee_of(amount) <= other.fee_of(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.50"),
        ("1,234.56", "1234.56"),
        ("１，２３４．５６", "1234.56"),
        ("1,2345.6", "12345.60"),
        (" 7 ", "7.00"),
        (3, "3.00"),
    ],
)
def test_an_amount_is_read_to_the_fen(text, amount):
    assert amount_json(parse_amount(text)) == amount


def test_what_is_no_amount_is_refused(subtests: pytest.Subtests) -> None:
    for value in [
        "",
        "x",
        "-1",
        "1.005",
        "1e3",
        "NaN",
        "Infinity",
        1.5,
        True,
        None,
        "9" * 14,
        "10000000000000",
        # Elsewhere a comma is the decimal point: this is no 1,250.
        "12,50",
        "1,5",
        "1,,000",
        ",100",
        "1,000,00",
        "1.5,000",
    ]:
        with subtests.test(value=value), pytest.raises(ValidationError):
            parse_amount(value)


def test_an_amount_that_is_too_large_is_not_called_unreadable() -> None:
    for value in ("1000000000000.01", "9" * 14, "9" * 4000):
        with pytest.raises(ValidationError) as refusal:
            parse_amount(value)
        assert "1,000,000,000,000.00" in refusal.value.messages[0]


def test_amounts_are_read_with_thousands_set_off():
    assert yuan(Decimal("1234567.5")) == "1,234,567.50"
    assert yuan(Decimal(0)) == "0.00"


@given(AMOUNTS)
def test_an_amount_reads_back_from_its_canonical_form(amount):
    assert parse_amount(amount_json(amount)) == amount == to_fen(amount)
