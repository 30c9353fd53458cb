"""Two texts are the same where a reader sees no difference, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.verification.comparing import difference, is_part, same

OURS = "【演示支付】T+1到账延迟：调查中。资金安全，正在排查。下次更新不晚于11:15。（第12号CDF3X）"


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        f"  {OURS}\n",
        OURS.replace("，", ",").replace("。", ".").replace("（", "(").replace("）", ")"),
        OURS.replace("：", ":").replace("【", "[").replace("】", "]"),
        OURS.replace("T+1", "Ｔ＋１"),
        OURS.replace("CDF3X", "cdf3x"),
        "\n".join(OURS),
        OURS.replace("正在", "正\u200b在"),
        OURS.replace("正在", "正\u00a0在"),
    ],
)
def test_spaces_widths_and_case_make_no_difference(text):
    assert same(text, OURS)


@pytest.mark.parametrize(
    "text",
    [
        OURS.replace("11:15", "11:45"),
        OURS.replace("安全", "不安全"),
        OURS.replace("T", "Т"),  # a Cyrillic letter that looks alike
        OURS[:-1],
        f"{OURS}请点击 a.cn",
        "",
    ],
)
def test_any_other_difference_counts(text):
    assert not same(text, OURS)


def test_a_part_of_it_is_a_part_and_nothing_added_is():
    assert is_part("正在排查。下次更新不晚于11:15。（第12号CDF3X）", OURS)
    assert not is_part("正在排查。请回复1。（第12号CDF3X）", OURS)
    assert not is_part("", OURS)
    assert not is_part(" \n", OURS)


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        (OURS.replace("11:15", "11:45"), "4"),
        (f"{OURS}请回复1", "请回复1"),
        (OURS.replace("资金安全，", "请点击 a.cn，"), "请点击 a.cn"),
        (OURS.replace("正在排查。", ""), "，下"),  # something left out: what stands around it
        ("完全不同 CDF3X", "完全不同 CDF3X"),
    ],
)
def test_what_differs_is_shown_as_it_was_typed(text, differs):
    found = difference(text, OURS)
    assert found.differs == differs
    assert found.before + found.differs + found.after == text


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_is_lost_whatever_is_compared(text, ours):
    found = difference(text, ours)
    assert found.before + found.differs + found.after == text
    assert same(text, text)
    assert same(text, ours) == same(ours, text)
