"""With a link goes what pointed at it, and nothing else; what is left can be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.links import links_in
from notifications.channels.sms_text import carrier_safe

URL = "https://status.demo.com/x?y=1"
CHINESE = [
    ("详情见 {}。", ""),
    ("客服电话400-123-4567和{}。", "客服电话400-123-4567。"),
    ("本次故障涉及{}。", "本次故障涉及。"),
    ("部分款项延迟，详情见 {}。", "部分款项延迟。"),
    ("部分款项延迟。详情请点击：{}", "部分款项延迟。"),
    ("部分款项延迟（详情见 {}）。", "部分款项延迟。"),
    ("部分款项延迟（{}）。", "部分款项延迟。"),
    ("资金安全；详情：“{}”。", "资金安全。"),
    ("详情见：\n{}\n资金安全。", "资金安全。"),
    ("见{}。谢谢", "谢谢"),
    ("请看[公告]({})。资金安全。", "资金安全。"),
    ("请登录{}查询到账进度。", "请查询到账进度。"),
    ("请登录 {} 查询。", ""),
    ("请点击 {} 领取补偿，12月4日前有效。", "请领取补偿，12月4日前有效。"),
    ("请于12月4日前登录{}提交资料。", "请于12月4日前提交资料。"),
    ("更多详情，请见 {}，谢谢。", "谢谢。"),
    ("如需了解详情，请访问 {}，或致电400-000-0000。", "致电400-000-0000。"),
    ("资金安全。如未收到，请访问 {}。", "资金安全。"),
    ("请访问 {} 或致电 400-000-0000。", "请致电 400-000-0000。"),
    ("请致电 400-000-0000 或访问 {}。", "请致电 400-000-0000。"),
    ("请通过 {} 或电话查询到账进度。", "请通过电话查询到账进度。"),
    ("受影响商户名单见 {}。", ""),
    ("3日交易的到账情况见 {}。", "3日交易的到账情况。"),
    ("款项到账情况可登录 {} 查询。", "款项到账情况可查询。"),
    ("我们在 {} 上公布进展。", "我们公布进展。"),
    ("请登录商户后台（{}）查看。", "请登录商户后台查看。"),
    ("官网：{}，客服电话：400-000-0000。", "客服电话：400-000-0000。"),
    ("客服电话400-000-0000，商户后台：{}。", "客服电话400-000-0000。"),
    ("参见 {} 的第3条。", "参见第3条。"),
    ("状态页{}已更新。", "状态页已更新。"),
    ("截至12点 {} 已恢复。", "截至12点已恢复。"),
    ("详情见a.cn、{} 或 b.cn。", ""),
    ("请勿点击 {} 等陌生链接。", "请勿点击陌生链接。"),
    ("请勿登录{}，谨防诈骗。", "请勿登录陌生链接，谨防诈骗。"),
    ("不能通过{}办理。", "不能通过网页办理。"),
    ("假冒网站 {} 已被关停。", "假冒网站已被关停。"),
    ("如遇诈骗请访问 {}。", ""),
]
ENGLISH = [
    ("Call 400-123-4567 or {}.", "Call 400-123-4567."),
    ("Log in to {} to check.", "Log in to check."),
    ("See {}.", ""),
    ("See {}. Funds are safe.", "Funds are safe."),
    ("Funds are safe, see {}.", "Funds are safe."),
    ("Funds are safe (see {} for details).", "Funds are safe."),
    ("Funds are safe. Details at {}.", "Funds are safe."),
    ("Funds are safe: {}", "Funds are safe"),
    ("Funds are safe - see {}", "Funds are safe"),
    ("For more details, see {}.", ""),
    ("Updates are posted at {}; funds are safe.", "Funds are safe."),
    (
        "For details, please visit {} or call 400-000-0000.",
        "For details, please call 400-000-0000.",
    ),
    ("Visit {} to check your payout.", "Check your payout."),
    ("Check your payout at {}.", "Check your payout."),
    ("We post updates at {} every hour.", "We post updates every hour."),
    ("Our status page is {}.", ""),
    ("Our status page {} has been updated.", "Our status page has been updated."),
    ("The list ({}) has 12 merchants.", "The list has 12 merchants."),
    ("See {} for the list of merchants.", ""),
    ("See {} for payouts of 3 Dec.", "See payouts of 3 Dec."),
    (
        "Payouts are late. If you have questions, visit {}. Thank you.",
        "Payouts are late. Thank you.",
    ),
    ("Do not visit {}.", "Do not visit unknown links."),
    ("Never enter your password at {}.", "Never enter your password at that site."),
    ("We never ask you to open links such as {}.", "We never ask you to open links."),
]
EACH = [(said, left, True) for said, left in CHINESE] + [(*one, False) for one in ENGLISH]


@pytest.mark.parametrize(("said", "left", "chinese"), EACH)
def test_what_pointed_at_a_link_goes_with_it(said: str, left: str, chinese: bool) -> None:
    assert carrier_safe(said.format(URL), chinese=chinese) == left


@pytest.mark.parametrize(("said", "left", "chinese"), EACH)
def test_without_a_link_no_word_goes(said: str, left: str, chinese: bool) -> None:
    if "a.cn" not in said:
        text = said.format("这里" if chinese else "the app").replace("\n", " ")
        words = re.findall(r"\w", carrier_safe(text, chinese=chinese))
        assert words == re.findall(r"\w", text)


NEWS = st.sampled_from(["款项延迟", "12月4日补划200元", "资金安全", "T+1 商户无需操作"])
POINTING = st.sampled_from(
    [
        *("详情见", "详情请点击", "请访问", "更多信息见：", "官网：", "点击", "详见", "见公告："),
        *("请登录我们的网站", "欢迎访问", "进展见", "查看详情：", "网址为", "您可登录"),
    ]
)
BEHIND = st.sampled_from(["", "查询", "了解详情", "查看", "查询进度"])


@given(st.lists(NEWS, max_size=2), POINTING, BEHIND, st.lists(NEWS, max_size=2))
def test_the_news_around_a_pointer_stay_as_they_are(
    before: list[str], pointing: str, behind: str, after: list[str]
) -> None:
    clauses = [*before, f"{pointing}{URL}{behind}", *after]
    left = carrier_safe("，".join(clauses) + "。", chinese=True)
    kept = "，".join([*before, *after])
    assert left.rstrip("。") == carrier_safe(kept, chinese=True)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "详情",
                    "见",
                    "请",
                    "登录",
                    "查询",
                    "或",
                    "致电",
                    "4",
                    "00",
                    "元",
                    "，",
                    "。",
                    "（",
                    "）",
                ),
                *(
                    "：",
                    "；",
                    "、",
                    " ",
                    "see ",
                    "at ",
                    "for ",
                    "to ",
                    ". ",
                    "(",
                    ")",
                    "勿",
                    "a.cn",
                    URL,
                ),
            ]
        ),
        max_size=14,
    ).map("".join),
    st.booleans(),
)
def test_no_number_goes_with_a_link_and_none_is_left(text: str, chinese: bool) -> None:
    safe = carrier_safe(text, chinese=chinese)
    assert not links_in(safe)
    assert carrier_safe(safe, chinese=chinese) == safe
    bare = text
    for link in links_in(text):
        bare = bare.replace(link, "", 1)
    if "://" not in bare:
        assert re.findall(r"\d", safe) == re.findall(r"\d", bare)
