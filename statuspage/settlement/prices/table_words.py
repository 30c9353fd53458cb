"""The words of price lists: headings of columns, cards, channels and limits."""

import re
from collections.abc import Mapping
from typing import Final

from statuspage.notices.audience import MerchantCategory
from statuspage.settlement.prices.models import CardType, Channel, FixedPer

# The columns of a table without headings, in order; those from the sixth on may be left out.
COLUMNS: Final = (
    "category",
    "product",
    "card",
    "channel",
    "fee",
    "above",
    "up_to",
    "mcc",
    "fixed_per",
    "valid_until",
)
# A table's own column for the cap; it belongs to the fee.
CAP: Final = "cap"
HEADINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("封顶", "封顶值", "封顶金额", "上限", "cap", "maximum"), CAP),
    **{one: one for one in COLUMNS},
    **dict.fromkeys(
        ("商户", "商户类型", "商户类别", "适用商户", "类别", "merchants", "merchant"), "category"
    ),
    **dict.fromkeys(("产品", "产品名称", "业务", "业务类型", "paymentproduct"), "product"),
    **dict.fromkeys(("卡种", "卡类", "卡类型", "卡别", "银行卡类型", "cardtype"), "card"),
    **dict.fromkeys(
        ("渠道", "支付渠道", "交易渠道", "支付方式", "交易方式", "交易类型"), "channel"
    ),
    **dict.fromkeys(
        ("费率", "手续费", "手续费率", "结算费率", "收费标准", "价格", "rate", "price"), "fee"
    ),
    **dict.fromkeys(("金额高于", "金额大于", "超过", "起始金额", "from", "amountabove"), "above"),
    **dict.fromkeys(
        ("金额不超过", "金额上限", "至", "截止金额", "to", "upto", "amountupto"), "up_to"
    ),
    **dict.fromkeys(("mcc组", "mcc类别", "mccgroup", "行业类别"), "mcc"),
    **dict.fromkeys(("固定部分", "固定费", "fixedper", "fixedpart"), "fixed_per"),
    **dict.fromkeys(("有效期至", "截止日", "截止日期", "validuntil", "until"), "valid_until"),
}
ANYTHING: Final = frozenset({"", "-", "–", "—", "*", "any", "all", "不限", "全部", "所有", "通用"})
CARDS: Final[Mapping[str, str]] = {
    **{one: one for one in CardType.values},
    **dict.fromkeys(("借记卡", "储蓄卡", "借记", "debitcard"), str(CardType.DEBIT)),
    **dict.fromkeys(("贷记卡", "信用卡", "贷记", "creditcard"), str(CardType.CREDIT)),
}
CHANNELS: Final[Mapping[str, str]] = {
    **{one: one for one in Channel.values},
    **dict.fromkeys(("刷卡", "银行卡", "card"), str(Channel.CARD)),
    **dict.fromkeys(
        ("小额扫码",),
        str(Channel.QR_SMALL),
    ),
    **dict.fromkeys(("大额扫码",), str(Channel.QR_LARGE)),
    **dict.fromkeys(
        ("银联二维码", "银联扫码", "云闪付", "银联云闪付", "unionpayqr", "unionpayqrcode"),
        str(Channel.UNIONPAY_QR),
    ),
}
# The limit of small QR payments, however it is written.
_QR: Final = r"(?:扫码|二维码|qrcode|qr)(?:支付|payments?)?\(?"
BY_LIMIT: Final = (
    (
        re.compile(
            rf"{_QR}(?:(?:≤|<=|upto|不超过)1000元?|1000元?\(?(?:含)?\)?(?:及以下|以下|以内)(?:\(含\))?)\)?"
        ),
        str(Channel.QR_SMALL),
    ),
    (
        re.compile(rf"{_QR}(?:(?:>|above|over|超过|大于)1000元?|1000元?以上)\)?"),
        str(Channel.QR_LARGE),
    ),
)
FIXED: Final[Mapping[str, str]] = {
    "": str(FixedPer.TRANSACTION),
    **{one: one for one in FixedPer.values},
    **dict.fromkeys(("每笔", "按笔", "笔", "pertransaction"), str(FixedPer.TRANSACTION)),
    **dict.fromkeys(("每次结算", "每次划付", "每次提现", "perpayout"), str(FixedPer.PAYOUT)),
}
# What codes are called, where an error lists what may be entered.
LABELS: Final[Mapping[str, object]] = dict(
    (*MerchantCategory.choices, *CardType.choices, *Channel.choices, *FixedPer.choices)
)
