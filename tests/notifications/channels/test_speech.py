"""What a voice says: every number as people say it, and no sign that is not said."""

import pytest

from notifications.channels.speech import speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("退款共12,000元", "退款共12000元"),
        ("共1,234,567.89元和200,000.00元", "共1234567.89元和200000元"),
        ("客服95516\uff0c投诉12363", "客服九五五幺六\uff0c投诉幺二三六三"),
        ("拨打400-820-8888或021-12345678", "拨打四零零八二零八八八八或零二幺幺二三四五六七八"),
        ("致电\uff1a138 0013 8000。", "致电\uff1a幺三八零零幺三八零零零。"),
        ("请拨打 110", "请拨打幺幺零"),
        ("95516笔\uff0c95516元", "95516笔\uff0c95516元"),
        ("2026年11月28日 10:00–21:40", "二零二六年11月28日 10点至21点40分"),
        ("2026-12-01 09:05起", "二零二六年12月1日 9点05分起"),
        ("11月28日-30日\uff0c3-5天", "11月28日至30日\uff0c3至5天"),
        ("T+1、D+0\uff0c费率0.6%+3元", "T加1、D加0\uff0c费率0.6%加3元"),
        ("微信/支付宝、A&B", "微信、支付宝、A和B"),
        ("*重要*【公告】😀 `x`", "重要 公告 x"),
        (
            "型号MX-920\uff0c第22号\uff0c24小时\uff0c98.5%",
            "型号MX-920\uff0c第22号\uff0c24小时\uff0c98.5%",
        ),
    ],
)
def test_in_chinese(written: str, said: str) -> None:
    assert speakable(written, chinese=True) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Call 95516.", "Call 9 5 5 1 6."),
        ("Phone 400-820-8888 now", "Phone 4 0 0 8 2 0 8 8 8 8 now"),
        ("CNY 12,000 and CNY 2.5 million", "12,000 yuan and 2.5 million yuan"),
        ("10:00–21:40, Dec 1–3, 3-5 days", "10:00 to 21:40, Dec 1 to 3, 3 to 5 days"),
        ("T+1 payouts at 0.6%+3 yuan", "T plus 1 payouts at 0.6% plus 3 yuan"),
        ("WeChat/Alipay & cards", "WeChat or Alipay and cards"),
        ("95516 transactions in 2026, MX-920", "95516 transactions in 2026, MX-920"),
    ],
)
def test_in_english(written: str, said: str) -> None:
    assert speakable(written, chinese=False) == said
