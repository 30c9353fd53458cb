"""A text is cut around its dates, amounts and numbers, never within them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import wording
from notifications.channels.figures import cuts
from notifications.channels.sms_text import MAX_PARTS, fitted, segments, shortened

FIGURES = (
    *(
        "12月4日",
        "2026年12月4日",
        "1,234.56元",
        "5千万元",
        "5-8万元",
        "5至8万元",
        "人民币5万",
        "99.9%",
    ),
    *(
        "¥200,000.00",
        "4 天 6 小时",
        "10:42",
        "3个工作日",
        "T+1",
        "DP-100",
        "400-000-0000",
        "公告12号",
    ),
    *("4 Dec 2026", "December 4, 2026", "5 million yuan", "CNY 5 million", "2 hours 30 minutes"),
    *("1.00%+3.00", "3 working days", "No. 12", "24时", "1,000 条", "US$5", "0.6‰", "万100+3"),
    *("5w元", "3k", "五千万元", "¥3——5亿", "HK$5万", "US$5m", "V2.3.1.4"),
)
WORDS = ("结算", "到账延迟，", "资金安全。", "funds are safe ", "不晚于", "共", "原", "；")


@pytest.mark.parametrize("figure", FIGURES)
def test_no_length_cuts_a_figure(figure: str) -> None:
    text = f"手续费合计{figure}，由本公司承担并退还"
    for limit in range(1, len(text) + 1):
        for said in (wording.cut(text, limit), shortened(text, limit)):
            kept = said.removesuffix("…")
            # Either the whole of it, or none of its digits.
            assert figure in kept or not re.search(r"\d", kept), said


@given(st.lists(st.sampled_from(FIGURES + WORDS), max_size=12), st.integers(1, 60))
def test_every_figure_is_whole_or_not_there(pieces: list[str], limit: int) -> None:
    text = "，".join(pieces)
    for said in (wording.cut(text, limit), shortened(text, limit)):
        kept = said.removesuffix("…").rstrip("，")
        digits = re.findall(r"\d", kept)
        assert digits == re.findall(r"\d", text)[: len(digits)]
        assert not digits or re.search(re.escape(kept[-1]), text)
        rest = text[len(kept) :]
        assert not (kept[-1:].isdigit() and rest[:1].isdigit())


def test_a_message_of_one_endless_sentence_ends_before_a_figure() -> None:
    text = fitted("【演示支付】", "补偿1,234.56元并" * 200, "公告12号")
    assert segments(text) <= MAX_PARTS
    whole = text.removeprefix("【演示支付】").removesuffix("…公告12号")
    assert re.fullmatch(r"(补偿1,234\.56元并)*(补偿(1,234\.56元)?|补)?", whole)


def test_a_text_without_figures_can_be_cut_anywhere() -> None:
    assert cuts("资金安全") == [1, 2, 3]
