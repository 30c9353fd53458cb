"""Amounts and fees, exact: yuan and fen as Decimal, never a float."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.lib.fee_text import (
    NUMBER,
    has_several,
    has_two_meanings,
    lacks_reason,
    lacks_share,
    lacks_unit,
    plain_fee,
    read_fee,
)

FEN: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
HUNDRED: Final = Decimal(100)
# Above any real payout, and small enough for exact products of 28-digit Decimals.
MOST: Final = Decimal("1000000000000")
MOST_DIGITS: Final = 13
PERCENT_DECIMALS: Final = 6
# In threes, or as Chinese counts in fours; 12,50 is no amount: elsewhere it is twelve and a half.
GROUPED: Final = re.compile(r"(\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)(\.\d+)?", re.ASCII)
WRITTEN: Final = re.compile(r"(?P<yuan>\d+)(\.\d+)?", re.ASCII)
NO_AMOUNT: Final = _("Enter an amount in yuan, such as 1234.56.")
ABOVE_MOST: Final = _("Enter at most %(most)s yuan.")


TOO_MUCH: Final = _("“%(written)s” is more than the whole amount. Is the unit right?")
# What is unclear about a fee that could not be read, the first that applies.
UNCLEAR: Final[Sequence[tuple[Callable[[str], bool], Any]]] = (
    (
        has_several,
        _(
            "“%(written)s” has several fees, or one that depends on the amount. Enter one fee: in "
            "a price list, a line for each range of amounts."
        ),
    ),
    (
        has_two_meanings,
        _(
            "“%(written)s” can be read in two ways. Write the limit next to the percentage "
            "that it limits, and the fixed part last: 0.6%%封顶20+3."
        ),
    ),
    (lacks_share, _("“%(written)s” has no percentage. Write it before the limit: 0.5%%封顶20.")),
    (lacks_reason, _("“%(written)s”: is it for each transaction? Write 每笔3元, or 0.6%%+3.")),
    (lacks_unit, _("“%(written)s” has no unit: is it percent? Write 0.6%%, 60BP or 万60.")),
)


def to_fen(amount: Decimal) -> Decimal:
    """Return the amount rounded half up to the fen (domain.md: each fee is rounded by itself)."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def parse_amount(value: object) -> Decimal:
    """Return an amount in yuan from text, a whole number or a Decimal; commas may group digits.

    Raises:
        ValidationError: it is not an amount, negative, finer than a fen, or too large for a payout.
    """
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if "," in text and not GROUPED.fullmatch(text):
        text = ""
    written = WRITTEN.fullmatch(text.replace(",", ""))
    if written is None or isinstance(value, bool | float):
        raise ValidationError(NO_AMOUNT, code="amount")
    if len(written["yuan"]) > MOST_DIGITS or (amount := Decimal(written[0])) > MOST:
        raise ValidationError(ABOVE_MOST, code="amount", params={"most": yuan(MOST)})
    if amount != amount.quantize(FEN):
        raise ValidationError(NO_AMOUNT, code="amount")
    return amount.quantize(FEN)


def amount_json(amount: Decimal) -> str:
    """Return an amount as the log writes it: `1234.50`."""
    return f"{to_fen(amount):f}"


def yuan(amount: Decimal) -> str:
    """Return an amount as people read it: `1,234.50`."""
    return f"{to_fen(amount):,f}"


@dataclass(frozen=True)
class Fee:
    """The fee of a transaction: a percentage of its amount plus a fixed amount in yuan.

    `minimum` and `cap`, in yuan, bound the percentage; the fixed amount comes on top of it.
    """

    percent: Decimal
    fixed: Decimal = ZERO
    cap: Decimal | None = None
    minimum: Decimal | None = None

    def __str__(self) -> str:
        """Return the fee as `1.00%+3.00`; only the words of its bounds depend on the language."""
        rounded = self.percent.quantize(FEN)
        share = f"{rounded if rounded == self.percent else self.percent:f}%{self._bounds}"
        return f"{share}+{yuan(self.fixed)}" if self.fixed else share

    @property
    def _bounds(self) -> str:
        least = "" if self.minimum is None else yuan(self.minimum)
        most = "" if self.cap is None else yuan(self.cap)
        if least and most:
            said = pgettext("bounds of a fee", " (min %(least)s, max %(most)s)")
        elif least:
            said = pgettext("bounds of a fee", " (min %(least)s)")
        else:
            said = pgettext("bounds of a fee", " (max %(most)s)") if most else ""
        return said % {"least": least, "most": most}

    def fee_of(self, amount: Decimal) -> Decimal:
        """Return the fee in yuan on a transaction of that many yuan, rounded half up to the fen."""
        return to_fen(self._exact(amount))

    def effective_rate(self, amount: Decimal) -> Decimal:
        """Return the fee in percent of the amount, to two digits; ValueError for zero or less."""
        if amount <= 0:
            raise ValueError("a rate is of an amount above zero")
        return to_fen(self.fee_of(amount) * HUNDRED / amount)

    def dearer_than(
        self, other: "Fee", above: Decimal = ZERO, up_to: Decimal | None = None
    ) -> bool:
        """Return True where some transaction of these amounts costs more than with the other fee.

        Both fees are straight lines between their kinks, so the difference is largest at one of
        them, or at an end; without an end, the steeper line is dearer at last.
        """
        kinks = [one for fee in (self, other) for one in fee._kinks]
        within = [one for one in kinks if above < one and (up_to is None or one < up_to)]
        ends = [above] if up_to is None else [above, up_to]
        if any(self._exact(one) > other._exact(one) for one in (*ends, *within)):
            return True
        return up_to is None and self._last_slope > other._last_slope

    def as_json(self) -> dict[str, str]:
        """Return the fee as decimal strings, since JSON's numbers are not exact."""
        bounds = {"cap": self.cap, "minimum": self.minimum}
        return {
            "percent": f"{_trimmed(self.percent):f}",
            "fixed": amount_json(self.fixed),
            **{name: amount_json(one) for name, one in bounds.items() if one is not None},
        }

    def _exact(self, amount: Decimal) -> Decimal:
        share = amount * self.percent / HUNDRED
        share = share if self.minimum is None else max(share, self.minimum)
        return (share if self.cap is None else min(share, self.cap)) + self.fixed

    @property
    def _kinks(self) -> list[Decimal]:
        """The amounts in yuan at which a bound begins or ends to hold."""
        bounds = [one for one in (self.minimum, self.cap) if one is not None]
        return [one * HUNDRED / self.percent for one in bounds] if self.percent else []

    @property
    def _last_slope(self) -> Decimal:
        return self.percent if self.cap is None else Decimal(0)


def parse_fee(value: object) -> Fee:
    """Return a fee from `0.6%`, `1.00% + 3`, `万100+3`, `60BP`, `0.5%封顶20`, or from its JSON.

    Raises:
        ValidationError: it has another format, or the percentage is above 100 %.
    """
    if isinstance(value, Mapping):
        return _from_json(value)
    plain = plain_fee(str(value))
    if found := read_fee(plain):
        if found.percent > HUNDRED:
            raise _unclear(TOO_MUCH, value)
        return _fee(found.percent, found.fixed, found.cap, found.least)
    for is_so, problem in UNCLEAR:
        if is_so(plain):
            raise _unclear(problem, value)
    raise _not_a_fee()


def _from_json(value: Mapping[object, object]) -> Fee:
    unknown = set(value) - {"percent", "fixed", "cap", "minimum"}
    if unknown or not isinstance(value.get("percent"), str):
        raise _not_a_fee()
    if not re.fullmatch(NUMBER, str(value["percent"]), re.ASCII):
        raise _not_a_fee()
    percent = Decimal(str(value["percent"]))
    return _fee(percent, value.get("fixed", "0"), value.get("cap"), value.get("minimum"))


def _fee(percent: Decimal, fixed: object, cap: object = None, minimum: object = None) -> Fee:
    if percent > HUNDRED or percent != round(percent, PERCENT_DECIMALS):
        raise _not_a_fee()
    most = None if cap is None else parse_amount(cap)
    least = None if minimum is None else parse_amount(minimum)
    if most is not None and (not most or (least is not None and least > most)):
        raise ValidationError(
            _("The most that a fee can be must be above zero, and not below the least."),
            code="fee",
        )
    return Fee(_trimmed(percent), parse_amount(fixed or "0"), most, least)


def _trimmed(percent: Decimal) -> Decimal:
    """Return the percentage without trailing zeros, so that equal fees are written equally."""
    normal = percent.normalize()
    return normal if normal.as_tuple().exponent <= 0 else normal.quantize(Decimal(1))  # type: ignore[operator]


def _unclear(problem: Any, written: object) -> ValidationError:
    return ValidationError(problem, code="fee", params={"written": written})


def _not_a_fee() -> ValidationError:
    return ValidationError(
        _("Enter a fee such as 0.6%, 1.00%+3, 万100+3, 60BP or 0.5%封顶20."), code="fee"
    )
