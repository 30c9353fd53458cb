"""A message of a few lines points at no table and no link that it has not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import medium
from notifications.channels.sms_message import content
from notifications.channels.sms_text import carrier_safe
from notifications.delivery.render import bulletin_of
from tests.factories import open_incident, text
from tests.notifications.approved import composed
from tests.notifications.channels.builders import bulletin

CHINESE = [
    ("假期到账日期见下表。资金安全。", "假期到账日期见公告。资金安全。"),
    ("已公布的到账日期如有变动，见下表。", "已公布的到账日期如有变动，见公告。"),
    ("限额调整如下表，表中未列的限额不变。", "限额调整见公告，表中未列的限额不变。"),
    ("下表列出受影响商户。", "公告列出受影响商户。"),
    ("以下表格列出到账日。", "公告列出到账日。"),
    ("收费标准详见附件1。", "收费标准详见公告。"),
    ("受影响商户（见下表）今日到账。", "受影响商户今日到账。"),
    ("请看说明，详情见下表。资金安全。", "资金安全。"),
    ("部分款项延迟，请点击下方链接查看详情。", "部分款项延迟。"),
    ("请点击下方链接领取补偿，12月4日前有效。", "请领取补偿，12月4日前有效。"),
    ("请勿点击以下链接。", "请勿点击陌生链接。"),
    ("手续费见下图和文末二维码。", "手续费见公告。"),
    ("费率见下表。\n资金安全。", "费率见公告。资金安全。"),
]
ENGLISH = [
    ("The table below shows what is affected.", "The notice shows what is affected."),
    ("The table shows when money arrives.", "The notice shows when money arrives."),
    (
        "From 4 Dec the limits change as in the table.",
        "From 4 Dec the limits change as in the notice.",
    ),
    ("Back to normal. See the link below.", "Back to normal."),
    ("See the table below. Funds are safe.", "Funds are safe."),
    ("Payouts (see the table below) arrive today.", "Payouts arrive today."),
    ("Click the link below to get your refund.", "Get your refund."),
    ("Use the link below to check.", "Use the notice to check."),
    ("Open the link below and enter your code.", "Open the notice and enter your code."),
    ("The link below shows your payout of CNY 100.", "The notice shows your payout of CNY 100."),
]
EACH = [(*one, True) for one in CHINESE] + [(*one, False) for one in ENGLISH]
# It is there, or is no table at all.
STAYS = [
    ("费率见下表：借记卡0.50%，贷记卡0.60%。", True),
    ("线下表现良好，如下表示感谢。", True),
    ("请寄回终端及附件。", True),
    ("单笔限额以下图标为准。", True),
    ("详情见公告。", True),
    ("The fees are in the following table: 0.50% by debit card.", False),
    ("Let guests pay at the table.", False),
    ("Set the table and list the orders.", False),
]


@pytest.mark.parametrize(("said", "left", "chinese"), EACH)
def test_what_is_not_there_is_not_pointed_at(said: str, left: str, chinese: bool) -> None:
    assert carrier_safe(said, chinese=chinese) == left


@pytest.mark.parametrize(("said", "chinese"), STAYS)
def test_what_is_there_stays(said: str, chinese: bool) -> None:
    assert carrier_safe(said, chinese=chinese) == said


def test_a_table_in_lines_of_its_own_stays() -> None:
    said = "费率见下表\n借记卡 0.50%\n贷记卡 0.60%"
    assert carrier_safe(said, chinese=True) == said.replace("\n", " ")


NEWS = st.sampled_from(["款项延迟", "12月4日补划200元", "资金安全", "T+1 商户无需操作"])
POINTER = st.sampled_from(["详情见下表", "见附件", "影响范围如下表", "请点击下方链接", "以下链接"])


@given(st.lists(NEWS, max_size=2), POINTER, st.lists(NEWS, max_size=2))
def test_the_news_around_it_stay(before: list[str], pointer: str, after: list[str]) -> None:
    said = carrier_safe("。".join([*before, pointer, *after]) + "。", chinese=True)
    assert all(one in said for one in [*before, *after])
    assert not {"下表", "附件", "下方", "以下"} & {said[at : at + 2] for at in range(len(said))}
    assert carrier_safe(said, chinese=True) == said


@pytest.mark.parametrize("body", ["请看说明，详情见 https://a.com/x。", "详情见下表。"])
def test_without_a_body_it_still_says_name_state_and_next_update(body: str) -> None:
    said = content(bulletin(status="identified", status_label="已定位", body=body)).text
    assert said == "【演示支付】T+1到账延迟：已定位。下次更新不晚于11:15。公告12号 验真码CDF3X"


@pytest.mark.django_db
def test_wechat_says_the_same() -> None:
    statement = open_incident(body=text("影响范围见下表。"))
    said = composed(medium("wechat").leading(), bulletin_of(statement.document, "zh-hans")).text
    assert "影响范围见公告" in said
