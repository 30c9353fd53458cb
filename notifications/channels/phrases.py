"""States and kinds of notice in at most five Chinese characters, for WeChat's `phrase`."""

import re
from collections.abc import Mapping
from typing import Final

from notifications.channels.base import Bulletin

PHRASES: Final[Mapping[str, str]] = {
    "investigating": "调查中",
    "identified": "已定位",
    "monitoring": "处理中",
    "resolved": "已恢复",
    "scheduled": "计划维护",
    "in_progress": "进行中",
    "verifying": "验证中",
    "completed": "已完成",
    "cancelled": "已取消",
    "correction": "更正",
    "withdrawal": "撤回",
    # Kinds of notice whose Chinese label is too long.
    "notice.channel_closure": "渠道调整",
    "notice.holiday_schedule": "假期结算",
    "notice.payout_progress": "退还进度",
    "notice.penalty_disclosure": "行政处罚",
    "notice.replacement": "设备更换",
    "notice.settlement_rule": "结算规则",
    "notice.yearly_disclosure": "年度披露",
}
OTHER_PHRASE: Final = "公告"
PHRASE: Final = re.compile(r"[\u4e00-\u9fff]{1,5}")


def phrase_of(bulletin: Bulletin) -> str:
    """Return the state in at most five Chinese characters, whatever the reader's language."""
    if PHRASE.fullmatch(bulletin.status_label):
        return bulletin.status_label
    return PHRASES.get(bulletin.status, OTHER_PHRASE)
