"""Amounts and fees, exact: yuan and fen as Decimal, never a float."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FEN: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
HUNDRED: Final = Decimal(100)
# Above any real payout, and small enough for exact products of 28-digit Decimals.
MOST: Final = Decimal("1000000000000")
PERCENT_DECIMALS: Final = 6

NUMBER: Final = r"(\d{1,6}(?:\.\d{1,6})?)"
# “0.6%”, “1.00% + 3”, “0.6%+1元”, and the trade's own “万100+3”: 100 in 10,000, plus 3 yuan.
PERCENT_FEE: Final = re.compile(rf"{NUMBER}%(?:\+{NUMBER}元?)?")
WAN_FEE: Final = re.compile(rf"万{NUMBER}(?:\+{NUMBER}元?)?")


def to_fen(amount: Decimal) -> Decimal:
    """Return the amount rounded half up to the fen (domain.md: each fee is rounded by itself)."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def parse_amount(value: object) -> Decimal:
    """Return an amount in yuan from text, a whole number or a Decimal; commas may group digits.

    Raises:
        ValidationError: it is not an amount, negative, finer than a fen, or too large for a payout.
    """
    text = unicodedata.normalize("NFKC", str(value)).replace(",", "").strip()
    exact = not isinstance(value, bool | float)
    amount = Decimal(text) if exact and re.fullmatch(r"\d{1,13}(\.\d+)?", text, re.ASCII) else None
    if amount is None or amount > MOST or amount != amount.quantize(FEN):
        raise ValidationError(_("Enter an amount in yuan, such as 1234.56."), code="amount")
    return amount.quantize(FEN)


def amount_json(amount: Decimal) -> str:
    """Return an amount as the log writes it: `1234.50`."""
    return f"{to_fen(amount):f}"


def yuan(amount: Decimal) -> str:
    """Return an amount as people read it: `1,234.50`."""
    return f"{to_fen(amount):,f}"


@dataclass(frozen=True)
class Fee:
    """The fee of a transaction: a percentage of its amount plus a fixed amount in yuan."""

    percent: Decimal
    fixed: Decimal = ZERO

    def __str__(self) -> str:
        """Return the fee as `1.00%+3.00`, the same in every language."""
        rounded = self.percent.quantize(FEN)
        share = f"{rounded if rounded == self.percent else self.percent:f}%"
        return f"{share}+{yuan(self.fixed)}" if self.fixed else share

    def fee_of(self, amount: Decimal) -> Decimal:
        """Return the fee in yuan on a transaction of that many yuan, rounded half up to the fen."""
        return to_fen(amount * self.percent / HUNDRED + self.fixed)

    def effective_rate(self, amount: Decimal) -> Decimal:
        """Return the fee in percent of the amount, to two digits; ValueError for zero or less."""
        if amount <= 0:
            raise ValueError("a rate is of an amount above zero")
        return to_fen(self.fee_of(amount) * HUNDRED / amount)

    def dearer_than(self, other: "Fee") -> bool:
        """Return True where some transaction costs more than with the other fee."""
        return self.percent > other.percent or self.fixed > other.fixed

    def as_json(self) -> dict[str, str]:
        """Return the fee as decimal strings, since JSON's numbers are not exact."""
        return {"percent": f"{_trimmed(self.percent):f}", "fixed": amount_json(self.fixed)}


def parse_fee(value: object) -> Fee:
    """Return a fee from `0.6%`, `1.00% + 3`, `万100+3`, or from its canonical JSON.

    Raises:
        ValidationError: it has another format, or the percentage is above 100 %.
    """
    if isinstance(value, Mapping):
        return _from_json(value)
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)))
    if found := PERCENT_FEE.fullmatch(plain):
        return _fee(Decimal(found[1]), found[2] or "0")
    if found := WAN_FEE.fullmatch(plain):
        return _fee(Decimal(found[1]) / HUNDRED, found[2] or "0")
    raise _not_a_fee()


def _from_json(value: Mapping[object, object]) -> Fee:
    if set(value) - {"percent", "fixed"} or not isinstance(value.get("percent"), str):
        raise _not_a_fee()
    if not re.fullmatch(NUMBER, str(value["percent"]), re.ASCII):
        raise _not_a_fee()
    return _fee(Decimal(str(value["percent"])), value.get("fixed", "0"))


def _fee(percent: Decimal, fixed: object) -> Fee:
    if percent > HUNDRED or percent != round(percent, PERCENT_DECIMALS):
        raise _not_a_fee()
    return Fee(_trimmed(percent), parse_amount(fixed))


def _trimmed(percent: Decimal) -> Decimal:
    """Return the percentage without trailing zeros, so that equal fees are written equally."""
    normal = percent.normalize()
    return normal if normal.as_tuple().exponent <= 0 else normal.quantize(Decimal(1))  # type: ignore[operator]


def _not_a_fee() -> ValidationError:
    return ValidationError(_("Enter a fee such as 0.6%, 1.00%+3 or 万100+3."), code="fee")
