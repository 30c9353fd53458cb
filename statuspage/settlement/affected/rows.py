"""One line of an upload, read and checked; pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.affected.hashes import lookup_key, merchant_key, normalised, row_key
from statuspage.settlement.affected.models import Fate
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.money import MOST, parse_amount

BEIJING: Final = ZoneInfo("Asia/Shanghai")
COLUMNS: Final = (
    *("merchant", "reference", "phone", "category", "time", "amount"),
    *("state", "settled_at", "fee_waived"),
)
# As acquirers' own systems head them.
NAMES: Final = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("商户号", "商户编号", "merchant_number"), "merchant"),
    **dict.fromkeys(("交易参考号", "参考号", "交易流水号", "transaction_reference"), "reference"),
    **dict.fromkeys(("手机尾号", "手机号后四位", "phone_last4"), "phone"),
    **dict.fromkeys(("商户类别", "商户类型"), "category"),
    **dict.fromkeys(("交易时间", "transaction_time"), "time"),
    **dict.fromkeys(("金额", "交易金额"), "amount"),
    **dict.fromkeys(("状态", "结算状态"), "state"),
    **dict.fromkeys(("到账时间", "结算时间"), "settled_at"),
    **dict.fromkeys(("减免手续费", "手续费减免"), "fee_waived"),
}
OPTIONAL: Final = frozenset({"settled_at", "fee_waived"})
CATEGORIES: Final = {
    **{one: one for one in MerchantCategory.values},
    **dict.fromkeys(("小微", "小微商户"), str(MerchantCategory.MICRO)),
    **dict.fromkeys(("行业", "行业商户"), str(MerchantCategory.INDUSTRY)),
}
FATES: Final = {
    **dict.fromkeys(("pending", "open", "未到账", "待结算", "未结算"), str(Fate.PENDING)),
    **dict.fromkeys(("settled", "arrived", "已到账", "已结算"), str(Fate.SETTLED)),
}
PROBLEMS: Final[Mapping[str, str | Promise]] = {
    "csv": _("This line is not valid CSV."),
    "encoding": _("This line is neither UTF-8 nor GB18030."),
    "cells": _("This line has more cells than the header."),
    "missing": _("This is empty."),
    "length": _("This is too long."),
    "digits": _("Write the last four digits of the phone on file."),
    "category": _("Write micro or industry (小微, 行业)."),
    "time": _("Write a time such as 2025-02-20 10:42."),
    "future": _("This lies in the future."),
    "amount": _("Write yuan with at most two decimals, such as 1234.56."),
    "state": _("Write pending or settled (未到账, 已到账)."),
    "early": _("This is before the transaction."),
    "open": _("A transaction that is still open has no time of arrival."),
    "waived": _("More is waived than was paid."),
    "repeated": _("The same transaction stands in an earlier line."),
    "unsettled": _("It is known to have arrived already."),
    "column": _("This column is missing."),
    "twice": _("Two columns say this: keep one of them."),
}
LONGEST: Final = 64
FOUR: Final = re.compile(r"[0-9]{4}", re.ASCII)
SLASHES: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
HOUR: Final = re.compile(r" (\d):", re.ASCII)
# What a byte that fits no encoding is read as.
UNREADABLE: Final = "\ufffd"


class Bad(Exception):
    """A cell that cannot be used, for the reason of that code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line, and in which column if it is one."""

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class Row:
    """A line that can be used; amounts in yuan."""

    line: int
    row_key: bytes
    lookup_key: bytes
    merchant_key: bytes
    category: str
    happened_at: datetime
    amount: Decimal
    fate: str
    settled_at: datetime | None
    fee_waived: Decimal


def read_header(cells: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """The columns in their order (unknown ones as they are), and those that are missing."""
    columns = [_column(cell) for cell in cells]
    missing = [one for one in COLUMNS if one not in columns and one not in OPTIONAL]
    twice = [one for one in COLUMNS if columns.count(one) > 1]
    problems = [Problem(1, one, "column") for one in missing]
    return columns, problems + [Problem(1, one, "twice") for one in twice]


def read_row(
    line: int, columns: Sequence[str], cells: Sequence[str], now: datetime
) -> Row | list[Problem]:
    """The row, or everything that is wrong with it."""
    if any(UNREADABLE in cell for cell in cells):
        return [Problem(line, "", "encoding")]
    if len(cells) > len(columns):
        return [Problem(line, "", "cells")]
    given = dict(zip(columns, cells, strict=False))
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for column, read in READERS.items():
        try:
            found[column] = read(given.get(column, "").strip())
        except Bad as bad:
            problems.append(Problem(line, column, bad.code))
    return problems or _made(line, found, now)


def _made(line: int, found: Mapping[str, Any], now: datetime) -> Row | list[Problem]:
    checks = (
        ("time", "future", found["time"] > now),
        ("settled_at", "missing", found["state"] == Fate.SETTLED and not found["settled_at"]),
        ("settled_at", "open", found["state"] == Fate.PENDING and found["settled_at"]),
        ("settled_at", "future", found["settled_at"] and found["settled_at"] > now),
        ("settled_at", "early", found["settled_at"] and found["settled_at"] < found["time"]),
        ("fee_waived", "waived", found["fee_waived"] > found["amount"]),
    )
    problems = [Problem(line, column, code) for column, code, wrong in checks if wrong]
    if problems:
        return problems
    merchant, reference, phone = found["merchant"], found["reference"], found["phone"]
    return Row(
        line=line,
        row_key=row_key(merchant, reference),
        lookup_key=lookup_key(merchant, reference, phone),
        merchant_key=merchant_key(merchant, phone),
        category=found["category"],
        happened_at=found["time"],
        amount=found["amount"],
        fate=found["state"],
        settled_at=found["settled_at"],
        fee_waived=found["fee_waived"],
    )


def _column(cell: str) -> str:
    name = cell.removeprefix("\ufeff").strip().lower()
    return NAMES.get(name, name)


def _number(cell: str) -> str:
    number = normalised(cell)
    if not number:
        raise Bad("missing")
    if len(number) > LONGEST:
        raise Bad("length")
    return number


def _four(cell: str) -> str:
    if not FOUR.fullmatch(cell):
        raise Bad("digits")
    return cell


def _choice(words: Mapping[str, str], code: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        try:
            return words[cell.lower()]
        except KeyError as error:
            raise Bad(code) from error

    return read


def read_time(cell: str) -> datetime:
    """ISO 8601, or as spreadsheets write it; Beijing time unless it says otherwise.

    Raises:
        Bad: it is no time.
    """
    text = SLASHES.sub(lambda found: f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}", cell)
    try:
        moment = datetime.fromisoformat(HOUR.sub(r" 0\1:", text))
    except ValueError as error:
        raise Bad("time") from error
    if not 2000 <= moment.year < 2100:
        raise Bad("time")
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _time_or_none(cell: str) -> datetime | None:
    return read_time(cell) if cell else None


def read_amount(cell: str) -> Decimal:
    """Yuan, exact.

    Raises:
        Bad: no amount, a negative one, or a part of a fen.
    """
    try:
        amount = parse_amount(cell.lstrip("¥￥"))
    except ValidationError as error:
        raise Bad("amount") from error
    if amount >= MOST:  # what the column holds
        raise Bad("amount")
    return amount


def _amount_or_nothing(cell: str) -> Decimal:
    return read_amount(cell) if cell else Decimal(0)


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "merchant": _number,
    "reference": _number,
    "phone": _four,
    "category": _choice(CATEGORIES, "category"),
    "time": read_time,
    "amount": read_amount,
    "state": _choice(FATES, "state"),
    "settled_at": _time_or_none,
    "fee_waived": _amount_or_nothing,
}
