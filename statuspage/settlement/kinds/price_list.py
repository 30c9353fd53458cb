"""Price list 收费标准: what each merchant pays, by product, card and channel, from a day on."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from statuspage.lib.money import HUNDRED, parse_fee, yuan
from statuspage.notices.fields import Payload, PayloadField, Table
from statuspage.notices.kind import RULES_STAND, NoticeKind, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import listed, short_day
from statuspage.notices.values import DATE, STRING, Value
from statuspage.settlement.kinds.price_notice import SHORT_NOTICE_REASON, check_notice_period
from statuspage.settlement.prices.matching import overlap
from statuspage.settlement.prices.models import SMALL_QR, Channel, Price
from statuspage.settlement.prices.reading import merged_lines, read_prices
from statuspage.settlement.prices.selectors import prices_in_force
from statuspage.settlement.prices.services import price_add
from statuspage.settlement.prices.table_words import COLUMNS
from statuspage.settlement.prices.words import fee_words, product_names, who
from statuspage.statements.models import Statement
from statuspage.statements.times import midnight

EXAMPLE: Final = Decimal(1000)
PRICES_IN_A_MESSAGE: Final = 3
PRICES: Final = Value(
    "prices",
    read_prices,
    lambda rows: listed(str(parse_fee(one["fee"])) for one in rows),
    {
        "oneOf": [
            {**STRING, "example": "小微商户\t不限\t借记卡\t不限\t0.5%封顶20"},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": dict.fromkeys(COLUMNS, STRING)
                    # As they are published: a fee in its parts, and null for no limit.
                    | {"fee": {"oneOf": [STRING, {"type": "object"}]}}
                    | {
                        key: {"oneOf": [STRING, {"enum": [None]}]}
                        for key in ("up_to", "valid_until")
                    },
                    "required": ["category", "fee"],
                },
            },
        ]
    },
)


@register
class PriceList(NoticeKind):
    """Gives prices; for these merchants and products it takes the place of those before."""

    name = "price_list"
    label = _("Price list")
    public_name = PublicName.DISCLOSURE
    advice = _(
        "Paste the table from your spreadsheet, one price a line: merchants, product, card type, "
        "channel, fee, amount above, amount up to, MCC group, fixed part per transaction or per "
        "payout, valid until. The last five may be left out; an empty cell means any; merchants "
        "left out are those of the line above. A first line with headings may change the order."
    )
    fields = (
        PayloadField(
            "prices",
            _("Prices"),
            PRICES,
            help=_("For example: micro, any, debit, any, 0.5%封顶20"),
            listed=False,
        ),
        PayloadField("valid_from", _("For transactions from"), DATE),
        SHORT_NOTICE_REASON,
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse impossible fees and days, and a higher fee too soon; the first list is no rise."""
        day, rows = _day(payload), payload["prices"]
        if any(parse_fee(one["fee"]).percent >= HUNDRED for one in rows):
            raise ValidationError({"prices": _("A fee is less than the whole amount.")})
        if any(one["valid_until"] and one["valid_until"] < payload["valid_from"] for one in rows):
            raise ValidationError({"prices": _("A price ends before this list begins.")})
        if any(_dearer(one, day, moment) for one in rows):
            check_notice_period(day, moment, payload["short_notice_reason"])

    def read_as(self, given: Payload) -> Sequence[str]:
        """Say which lines have their merchants from the line above, as of merged cells."""
        written = given["prices"]
        merged = merged_lines(written) if isinstance(written, str) else []
        said = ngettext(
            "Line %(lines)s names no merchants: read as those of the line above.",
            "Lines %(lines)s name no merchants: read as those of the line above.",
            len(merged),
        )
        return [said % {"lines": listed(map(str, merged))}] if merged else []

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say that there is a list, from when on, and the first of its prices."""
        rows, names = payload["prices"], product_names()
        yield _("Price list for transactions from %(day)s.") % {
            "day": short_day(payload["valid_from"])
        }
        for one in rows[:PRICES_IN_A_MESSAGE]:
            values = {"who": who(one, names), "fee": fee_words(one)}
            yield _("%(who)s: %(fee)s.") % values
        if more := len(rows[PRICES_IN_A_MESSAGE:]):
            said = ngettext(
                "%(n)d more price is on the status page.",
                "%(n)d more prices are on the status page.",
                more,
            )
            yield said % {"n": more}

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return a row for each price, with what it comes to on an example."""
        names = product_names()
        columns = [_("Merchants and transactions"), _("Fee"), _("Example")]
        rows = [[who(one, names), fee_words(one), _example(one)] for one in payload["prices"]]
        return (Table(_("Prices"), columns, rows),)

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window that begins on the first day of the list."""
        return midnight(_day(payload)), None

    def record(self, notice: Notice, statement: Statement) -> None:
        """Add the prices."""
        for one in notice.payload["prices"]:
            price_add(**_values(one), valid_from=_day(notice.payload), statement=statement)


def _values(row: Payload) -> dict[str, Any]:
    """Return a row of the payload as the columns of a price."""
    until, up_to = row["valid_until"], row["up_to"]
    same = ("category", "product", "card", "channel", "mcc", "fixed_per")
    return {
        **{name: row[name] for name in same},
        "fee": parse_fee(row["fee"]),
        "above": Decimal(row["above"]),
        "up_to": Decimal(up_to) if up_to else None,
        "valid_until": date.fromisoformat(until) if until else None,
    }


def _dearer(row: Payload, day: date, moment: datetime) -> bool:
    """Return whether a transaction costs more than by a price that is in force until that day."""
    values = _values(row)
    fee = values.pop("fee")
    bounds = {"percent": fee.percent, "fixed": fee.fixed, "cap": fee.cap, "minimum": fee.minimum}
    price = Price(**values, **bounds)
    return any(
        fee.dearer_than(other.fee, *_both(price, other))
        # Charged once a payout until now, for each transaction from now on.
        or (other.per_payout and fee.fixed and not price.per_payout)
        for other in prices_in_force(price.category, price.product, day, moment)
        if overlap(price, other)
    )


def _both(one: Price, other: Price) -> tuple[Decimal, Decimal | None]:
    """Return above and up to which amounts both prices hold."""
    ends = [price.up_to for price in (one, other) if price.up_to is not None]
    return max(one.above, other.above), min(ends, default=None)


def _example(row: Payload) -> str:
    """Return the fee on an amount for which the price holds."""
    above, up_to = Decimal(row["above"]), row["up_to"]
    amount = EXAMPLE
    if row["channel"] == Channel.QR_LARGE:
        amount = 2 * SMALL_QR
    if up_to and amount > Decimal(up_to):
        amount = Decimal(up_to)
    if amount <= above:
        amount = Decimal(up_to) if up_to else 2 * above
    values = {"amount": f"{amount:,.0f}", "fee": yuan(parse_fee(row["fee"]).fee_of(amount))}
    return _("%(fee)s on %(amount)s yuan") % values


def _day(payload: Payload) -> date:
    return date.fromisoformat(payload["valid_from"])
