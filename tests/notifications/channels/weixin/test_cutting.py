"""Words within a field's limit: whole figures, or none."""

import random

import pytest

from notifications.channels.weixin.cutting import FIGURE, MORE, shortened

SUBJECTS = (
    "小微商户刷卡交易",
    "行业商户",
    "T+1 payouts to some merchants",
    "因清算银行系统升级维护影响的交易",
)
SAID = ("到账延迟补偿共", "预计不晚于", "的手续费退还至", "are paid by ", "延迟")
FIGURES = (
    "200,000元",
    "¥1,234.50",
    "2月17日 00:00",
    "12月15日前",
    "T+5",
    "三个工作日",
    "92%",
    "1亿2千万元",
)
ENDS = ("。", "，资金安全，正在排查。", " until further notice.", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("到账延迟", "到账延迟"),
        ("两行\n的 话", "两行 的 话"),
        ("10:42起部分小微商户到账延迟，资金安全，正在排查。", "10:42起部分小微商户到账延迟…"),
        ("2月到账延迟补偿共200,000元，12月15日前发放完毕。", "2月到账延迟补偿共200,000元…"),
        ("就2月到账延迟予以补偿：共200,000元，不晚于12月15日付清。", "共200,000元…"),
        ("小微商户刷卡交易的到账延迟补偿共200,000元", "…到账延迟补偿共200,000元"),
        ("正在排查，补偿共200,000元，详见公告，敬请谅解。", "正在排查，补偿共200,000元…"),
        ("补偿金额合计1,234,567.89美元已经全部发放完毕请查收", "…金额合计1,234,567.89美元…"),
        ("Payouts from 17 February 2026 to 20 February are late", "Payouts…"),
        ("T+1 payouts to some micro merchants are late.", "T+1 payouts to some…"),
    ],
)
def test_words_that_say_most_are_kept(text: str, expected: str) -> None:
    assert shortened(text, 20) == expected


def test_a_figure_longer_than_the_field_goes_with_what_leads_up_to_it() -> None:
    said = shortened("受影响交易的补偿金额合计为人民币1234567890123456789012345678元", 20)
    assert said == "受影响交易的补偿金额合计…"


def test_what_says_nothing_without_its_figure_is_not_said() -> None:
    assert shortened("号码12345678901234567890123", 20) == ""


def test_no_figure_is_ever_cut_or_stood_beside_a_cut() -> None:
    made = random.Random(15)  # noqa: S311 - the same each time
    for _ in range(2_000):
        text = "".join(
            made.choice(part) for part in (SUBJECTS, SAID, FIGURES, ENDS, SUBJECTS, SAID, FIGURES)
        )
        limit = made.choice((12, 20, 32))
        said = shortened(text, limit)
        assert len(said) <= limit
        whole = FIGURE.findall(" ".join(text.split()))
        for figure in FIGURE.findall(said):
            assert figure in whole, (text, said)
        if said.endswith(MORE):
            kept = said.removesuffix(MORE).strip().lstrip(MORE)
            assert kept in " ".join(text.split())


@pytest.mark.parametrize("limit", [5, 20, 32])
def test_long_lines_take_no_time(limit: int) -> None:
    assert len(shortened("1元到" * 20_000, limit)) <= limit
    assert len(shortened("名" * 20_000, limit)) <= limit


# Before, each of these took minutes.
@pytest.mark.parametrize("long", ["名" * 4000, "名，" * 20_000, "一" * 20_000, "1元，" * 20_000])
def test_of_a_long_text_only_what_may_fit_is_tried(long: str) -> None:
    assert "12元" in shortened(f"{long}到账12元", 20)
