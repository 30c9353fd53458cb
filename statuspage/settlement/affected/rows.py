"""One line of an upload, read and checked; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import MOST, parse_amount
from statuspage.notices.audience import CATEGORY_WORDS
from statuspage.settlement.affected.hashes import lookup_key, merchant_key, normalised, row_key
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.models import TransactionStatus
from statuspage.uploads.tables import UploadTable, one_of

# Column headings as acquirers' own systems write them.
HEADINGS: Final = {
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
FATES: Final = {
    **dict.fromkeys(("pending", "open", "未到账", "待结算", "未结算"), "pending"),
    **dict.fromkeys(("settled", "arrived", "已到账", "已结算"), "settled"),
}
PROBLEMS: Final = {
    "encoding": _("This line is not in UTF-8 or GB18030. Save the file in one of them."),
    "cells": _("This line has more columns than the header."),
    "missing": _("Enter a value."),
    "length": _("Too long."),
    "digits": _("Enter the last four digits of the phone on file."),
    "category": _("Enter micro or industry (小微, 行业)."),
    "time": _("Enter a time such as 2025-02-20 10:42."),
    "future": _("This is in the future."),
    "amount": _("Enter yuan with at most two decimals, such as 1234.56."),
    "state": _("Enter pending or settled (未到账, 已到账)."),
    "early": _("This is before the transaction time."),
    "open": _("A pending transaction cannot have an arrival time."),
    "waived": _("The waived fee is more than the amount."),
    "repeated": _("An earlier line already has this transaction."),
    "unsettled": _("This transaction has already arrived."),
}
LONGEST: Final = 64
FOUR: Final = re.compile(r"[0-9]{4}", re.ASCII)
SLASHES: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
HOUR: Final = re.compile(r" (\d):", re.ASCII)
# The character that replaces undecodable bytes, and NUL; a good list has neither.
UNREADABLE: Final = ("\ufffd", "\0")


class TransactionRow(NamedTuple):
    """A line that can be used, in the columns of StagedTransaction; amounts in yuan."""

    row_key: bytes
    lookup_key: bytes
    merchant_key: bytes
    category: str
    happened_at: datetime
    amount: Decimal
    status: str
    settled_at: datetime | None
    fee_waived: Decimal


def _wrong(code: str) -> ValidationError:
    return ValidationError(PROBLEMS[code], code)


def _number(cell: str) -> str:
    number = normalised(cell)
    if not number:
        raise _wrong("missing")
    if len(number) > LONGEST:
        raise _wrong("length")
    return number


def _four(cell: str) -> str:
    if not FOUR.fullmatch(cell):
        raise _wrong("digits")
    return cell


def read_time(cell: str) -> datetime:
    """Return the time of a cell in ISO 8601 or spreadsheet form; the default zone is Beijing's.

    Raises:
        ValidationError: it is no time.
    """
    text = SLASHES.sub(lambda found: f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}", cell)
    try:
        moment = datetime.fromisoformat(HOUR.sub(r" 0\1:", text))
    except ValueError as error:
        raise _wrong("time") from error
    if not 2000 <= moment.year < 2100:
        raise _wrong("time")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def read_amount(cell: str) -> Decimal:
    """Return the exact amount in yuan.

    Raises:
        ValidationError: no amount, a negative one, or a part of a fen.
    """
    try:
        amount = parse_amount(cell.lstrip("¥￥"))
    except ValidationError as error:
        raise _wrong("amount") from error
    if amount >= MOST:  # what the column holds
        raise _wrong("amount")
    return amount


class TransactionTable(UploadTable[TransactionRow]):
    """The columns of a list of transactions, read at some moment."""

    headings = HEADINGS
    optional = OPTIONAL
    readers = {
        "merchant": _number,
        "reference": _number,
        "phone": _four,
        "category": one_of(CATEGORY_WORDS, PROBLEMS["category"], "category"),
        "time": read_time,
        "amount": read_amount,
        "state": one_of(FATES, PROBLEMS["state"], "state"),
        "settled_at": lambda cell: read_time(cell) if cell else None,
        "fee_waived": lambda cell: read_amount(cell) if cell else Decimal(0),
    }

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or timezone.now()

    def row(self, columns: Sequence[str], cells: Sequence[str]) -> TransactionRow:
        """Return the row, if the line was decoded without guessing.

        Raises:
            ValidationError: by column, everything that is wrong with it.
        """
        text = "".join(cells)
        if any(character in text for character in UNREADABLE):
            raise ValidationError({"": _wrong("encoding")})
        if len(cells) > len(columns):
            raise ValidationError({"": _wrong("cells")})
        return super().row(columns, cells)

    def build(self, values: Mapping[str, Any]) -> TransactionRow:
        """Return the row with keyed hashes in place of numbers.

        Raises:
            ValidationError: by column, why the values do not fit together.
        """
        wrong: dict[str, list[ValidationError]] = {}
        for column, code in self._conflicts(**values):
            wrong.setdefault(column, []).append(_wrong(code))
        if wrong:
            raise ValidationError(wrong)
        merchant, reference, phone = values["merchant"], values["reference"], values["phone"]
        return TransactionRow(
            row_key=row_key(merchant, reference),
            lookup_key=lookup_key(merchant, reference, phone),
            merchant_key=merchant_key(merchant, phone),
            category=values["category"],
            happened_at=values["time"],
            amount=values["amount"],
            status=values["state"],
            settled_at=values["settled_at"],
            fee_waived=values["fee_waived"],
        )

    def _conflicts(
        self,
        *,
        time: datetime,
        settled_at: datetime | None,
        state: str,
        amount: Decimal,
        fee_waived: Decimal,
        **_others: str,
    ) -> Iterator[tuple[str, str]]:
        """Yield by column the code of what does not fit the other values."""
        if time > self.now:
            yield "time", "future"
        if state == TransactionStatus.SETTLED and not settled_at:
            yield "settled_at", "missing"
        if settled_at:
            if state == TransactionStatus.PENDING:
                yield "settled_at", "open"
            if settled_at > self.now:
                yield "settled_at", "future"
            if settled_at < time:
                yield "settled_at", "early"
        if fee_waived > amount:
            yield "fee_waived", "waived"


COLUMNS: Final = tuple(TransactionTable.readers)
