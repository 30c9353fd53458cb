"""What the operator said on the day of the crisis, hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from statuspage.statements.services import CORRECTION
from statuspage.statements.texts import Text

Hour = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One statement: at (hour, minute) of the day, promising the next by another."""

    at: Hour
    status: str
    body: Text
    promised: Hour | None = None
    impact: str | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    # For a correction: which step it corrects, counted from 0.
    corrects: int = 0


def _text(chinese: str, english: str) -> Text:
    return {"zh-hans": chinese, "en": english}


CRISIS_NAME: Final = _text("小微商户 T+1 到账延迟", "T+1 payouts to micro merchants are late")

CRISIS: Final = (
    Step(
        (10, 51),
        "investigating",
        _text(
            "10:42起，部分小微商户的 T+1 款项没有按时到账。资金安全，存放在清算银行。"
            "我们正在排查原因。您不用做任何操作，请不要撤销已成功的交易。",
            "Since 10:42 some micro merchants' T+1 payouts have not arrived on time. Funds are "
            "safe at the clearing bank. We are looking for the cause. You need not do anything; "
            "please do not reverse successful payments.",
        ),
        promised=(11, 20),
        components={"t1": "partial_outage"},
    ),
    Step(
        (11, 14),
        "identified",
        _text(
            "原因已查明：今天的划付文件有一个批次没有送达付款银行。约12,000笔款项受影响，"
            "现在确认行业商户 D+1 也有延迟。我们正在与付款银行核对后重新发送。",
            "The cause is found: one batch of today's payout file did not reach the paying bank. "
            "About 12,000 payouts are affected, and we now know that some D+1 payouts to industry "
            "merchants are late too. We are checking with the bank and will send it again.",
        ),
        promised=(11, 48),
        impact="critical",
        components={"t1": "major_outage", "d1": "partial_outage"},
    ),
    Step(
        (11, 45),
        "identified",
        _text(
            "批次已重新发送，付款银行11:40确认收到，正在逐笔划付。预计今日全部到账。",
            "The batch has been sent again; the bank confirmed it at 11:40 and is paying out one "
            "by one. We expect everything to arrive today.",
        ),
        promised=(12, 30),
    ),
    Step(
        (12, 2),
        CORRECTION,
        _text(
            "受影响的款项共14,300笔，不是12,000笔：先前漏算了11:00后入账的一批。其余内容不变。",
            "14,300 payouts are affected, not 12,000: those booked after 11:00 had been left out. "
            "Everything else stands.",
        ),
        corrects=1,
    ),
    Step(
        (12, 28),
        "identified",
        _text(
            "付款银行已完成 3,600 笔划付，速度约每小时 5,000 笔。其余按原计划今日到账。",
            "The bank has paid 3,600 and is doing about 5,000 an hour. The rest will arrive today "
            "as planned.",
        ),
        promised=(13, 30),
    ),
    Step(
        (13, 25),
        "monitoring",
        _text(
            "已有 9,100 笔到账(64%)，行业商户 D+1 已全部到账。我们继续盯到最后一笔。",
            "9,100 payouts (64 %) have arrived, and all D+1 payouts to industry merchants. We "
            "keep watching until the last one.",
        ),
        promised=(14, 30),
        components={"t1": "partial_outage", "d1": "operational"},
    ),
    Step(
        (14, 22),
        "monitoring",
        _text(
            "已有 13,870 笔到账(97%)。余下的收款账户信息有误，我们正在逐户电话联系。",
            "13,870 payouts (97 %) have arrived. The rest have wrong account details; we are "
            "calling each merchant.",
        ),
        promised=(15, 45),
    ),
    Step(
        (15, 36),
        "resolved",
        _text(
            "到账延迟已于15:30恢复，全部14,300笔款项已划付。受影响交易的手续费全额减免，"
            "无需申请。事故复盘将在三个工作日内公布。",
            "Payouts are back to normal since 15:30: all 14,300 have been paid. Fees on the "
            "transactions affected are waived in full, without a request. We will publish what "
            "happened and why within three working days.",
        ),
    ),
)
