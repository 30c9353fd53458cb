"""What the pages call statuses and faults."""

from typing import Final

from notifications.simulator.switches import Fault

STATUSES: Final = {
    "accepted": "已受理",
    "queued": "排队中",
    "sent": "已发出",
    "delivered": "已送达",
    "undelivered": "未送达",
    "failed": "发送失败",
    "canceled": "已取消",
    "received": "已收到",
}

FAULTS: Final = {
    Fault.RATE_LIMITED: "限流：回答 429，不受理",
    Fault.ERROR_BEFORE: "受理前回答 500",
    Fault.ERROR_AFTER: "受理后回答 500",
    Fault.DROP_BEFORE: "受理前断开连接",
    Fault.DROP_AFTER: "受理后断开连接，不回答",
    Fault.TIMEOUT_BEFORE: "不受理，拖到超时（毫秒）",
    Fault.TIMEOUT_AFTER: "受理，但拖到超时（毫秒）",
    Fault.DELAY: "慢回答（毫秒）",
    Fault.REFUSE: "以错误码拒绝（填错误码）",
    Fault.OUTCOME: "受理后送达失败（可填状态与错误码）",
    Fault.RECEIPTS_LATE: "回执迟到（毫秒）",
    Fault.RECEIPTS_DOUBLED: "回执重复两次",
    Fault.RECEIPTS_OUT_OF_ORDER: "回执乱序",
    Fault.RECEIPTS_NEVER: "没有回执",
}


def status_label(status: str) -> str:
    """A status in Chinese; an unknown one as the provider writes it."""
    return STATUSES.get(status, status)
