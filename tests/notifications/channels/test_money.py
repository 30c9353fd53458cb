"""Yen signs become units, and no unit comes between a number and its multiplier."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.money import without_yen_signs
from notifications.channels.sms_text import carrier_safe

YEN = "\u00a5"
MULTIPLIERS = (
    "百",
    "千",
    "万",
    "亿",
    "千万",
    "百万",
    "十亿",
    "w",
    "k",
    "m",
    "K",
    " million",
    " 万",
)
numbers = st.from_regex(r"[1-9][0-9]{0,3}(,[0-9]{3}){0,2}(\.[0-9]{1,2})?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("¥1,234.50", "1,234.50元", "1,234.50 yuan"),
        ("\uffe5100元", "100元", "100元"),
        ("¥5千万", "5千万元", "5千万 yuan"),
        ("¥5千万元", "5千万元", "5千万元"),
        ("¥5多万", "人民币5多万", "CNY 5多万"),
        ("¥5万余元", "5万余元", "5万余元"),
        ("¥5k", "人民币5k", "CNY 5k"),
        ("¥5w", "人民币5w", "CNY 5w"),
        ("¥5 million", "人民币5 million", "CNY 5 million"),
        ("¥5-8万", "5-8万元", "5-8万 yuan"),
        ("¥5万至¥8万", "5万至8万元", "5万至8万 yuan"),
        ("¥5 to ¥8 million", "人民币5 to 8 million", "CNY 5 to 8 million"),
        ("¥100至2026年", "100元至2026年", "100 yuan至2026年"),
        ("¥100,12月", "人民币100,12月", "CNY 100,12月"),
        ("从¥100降到¥80", "从100元降到80元", "从100 yuan降到80 yuan"),
        ("¥10,00", "人民币10,00", "CNY 10,00"),
        ("¥5 000.00", "人民币5 000.00", "CNY 5 000.00"),
        ("¥-5", "-5元", "-5 yuan"),
        ("100¥", "100元", "100 yuan"),
        ("5万¥", "5万元", "5万 yuan"),
        ("人民币¥100", "100元", "100 yuan"),
        ("CN¥100", "100元", "100 yuan"),
        ("¥五千万", "五千万元", "五千万 yuan"),
        ("￥１００", "１００元", "１００ yuan"),
        ("¥5万美元", "5万美元", "5万美元"),
        ("JP¥500", "JPY 500", "JPY 500"),
        ("You get ¥100.00 back.", "You get 100.00元 back.", "You get 100.00 yuan back."),
        ("¥.50", ".50元", ".50 yuan"),
        ("¥3——5亿", "3——5亿元", "3——5亿 yuan"),
        ("¥约5万", "约5万元", "约5万 yuan"),
        ("¥数千万", "数千万元", "数千万 yuan"),
        ("¥5角", "人民币5角", "CNY 5角"),
        ("¥3至5个工作日", "3元至5个工作日", "3 yuan至5个工作日"),
        ("¥3 to 12 Dec", "3元 to 12 Dec", "3 yuan to 12 Dec"),
        ("¥5 to 8 transactions", "5元 to 8 transactions", "5 yuan to 8 transactions"),
        ("¥5 RMB", "5 RMB", "5 RMB"),
        ("¥1'234.50", "人民币1'234.50", "CNY 1'234.50"),
        ("日元¥500", "JPY 500", "JPY 500"),
        ("只有¥符号", "只有符号", "只有符号"),
    ],
)
def test_an_amount_has_its_unit_behind_it_or_where_unsure_in_front(
    text: str, chinese: str, english: str
) -> None:
    assert without_yen_signs(text, chinese=True) == chinese
    assert without_yen_signs(text, chinese=False) == english


@pytest.mark.parametrize(
    "text", ["RMB 1,000.50", "CNY 5 million", "$5-8k", "US$5", "5千万元", "HK$3万"]
)
def test_other_currencies_and_units_stay(text: str) -> None:
    assert without_yen_signs(text, chinese=True) == text
    assert carrier_safe(text, chinese=False) == text


@given(numbers, st.sampled_from(MULTIPLIERS), st.sampled_from(("", "元", "到账", "，", " back")))
def test_a_multiplier_stays_with_its_number(number: str, multiplier: str, after: str) -> None:
    for sign in (YEN, f"{YEN} ", "\uffe5"):
        for chinese in (True, False):
            said = without_yen_signs(f"共{sign}{number}{multiplier}{after}", chinese=chinese)
            assert f"{number}{multiplier}" in said
            assert re.search("元|人民币|yuan|CNY", said)


@given(numbers, numbers, st.sampled_from("-~至到"), st.sampled_from(MULTIPLIERS))
def test_a_range_stays_one(first: str, last: str, sign: str, multiplier: str) -> None:
    for second in ("", YEN):
        text = f"{YEN}{first}{sign}{second}{last}{multiplier}。"
        assert f"{first}{sign}{last}{multiplier}" in without_yen_signs(text, chinese=True)


@given(
    st.text(alphabet="¥￥0123456789.,万亿kwm元至到-~ 年月日多RMBCN人民币", max_size=40),
    st.booleans(),
)
def test_no_digit_is_lost_or_parted_from_the_next(text: str, chinese: bool) -> None:
    said = without_yen_signs(text, chinese=chinese)
    assert re.findall(r"\d", said) == re.findall(r"\d", text)
    assert not set(said) & {"\u00a5", "\uffe5"}
    for number in re.findall(r"\d+(?:\.\d+)?", text):
        assert number in said
