"""Backlog 补结进度: what of an incident's transactions has arrived; published by itself."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.money import yuan
from statuspage.settlement.notices.base import (
    Form,
    Given,
    Line,
    NoticeKind,
    PayloadField,
    Table,
    register,
)
from statuspage.settlement.phrases import full_day, full_moment
from statuspage.settlement.values import (
    AMOUNT,
    MOMENT,
    PERCENT,
    Value,
    choice_of,
    read_date,
)
from statuspage.statements.canonical import Json

CATEGORY: Final = choice_of(MerchantCategory)
MOST_CELLS: Final = 5_000
COUNTS: Final = ("affected", "open")
AMOUNTS: Final = ("affected_amount", "open_amount")


def read_count(value: object) -> Json:
    """A whole number, not negative."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    raise ValidationError(_("Write a whole number."), code="count")


def read_cells(value: object) -> Json:
    """Rows of `day`, `category`, counts and amounts; null is what is withheld."""
    if not isinstance(value, list) or len(value) > MOST_CELLS:
        raise ValidationError(_("Write a list of rows."), code="cells")
    return [_read_cell(one) for one in value]


def _read_cell(row: object) -> Json:
    if not isinstance(row, dict) or set(row) != {"day", "category", *COUNTS, *AMOUNTS}:
        raise ValidationError(_("Write a list of rows."), code="cells")
    counts = {one: None if row[one] is None else read_count(row[one]) for one in COUNTS}
    amounts = {one: None if row[one] is None else AMOUNT.read(row[one]) for one in AMOUNTS}
    return {
        "day": read_date(row["day"]),
        "category": CATEGORY.read(row["category"]),
        **counts,
        **amounts,
    }


def lines(payload: Given, language: str) -> Sequence[Line]:
    """The totals, and which rows say less."""
    return [
        Line(_("Counted at"), full_moment(payload["counted_at"])),
        Line(_("Affected transactions"), f"{payload['affected']:,}"),
        Line(_("Still open"), f"{payload['open']:,}"),
        Line(_("Arrived"), f"{payload['settled_percent']}%"),
        Line(_("What is left out"), left_out(payload)),
    ]


def left_out(payload: Given) -> str:
    """Why a row may say less."""
    return _(
        "So that nothing can be learnt of a single merchant, fewer than %(fewest)d transactions are"
        " shown as “<%(fewest)d”, and an amount only where it is of %(fewest)d merchants or more."
    ) % {"fewest": payload["fewest"]}


def tables(payload: Given, language: str) -> list[Table]:
    """A row for each day and category."""
    columns = [
        _("Transaction of"),
        _("Merchants"),
        _("Affected"),
        _("Amount in yuan"),
        _("Still open"),
        _("Amount still open, in yuan"),
    ]
    fewest = payload["fewest"]
    rows = [
        [
            full_day(one["day"]),
            str(MerchantCategory(one["category"]).label),
            count_shown(one["affected"], fewest),
            _amount(one["affected_amount"]),
            count_shown(one["open"], fewest),
            _amount(one["open_amount"]),
        ]
        for one in payload["cells"]
    ]
    return [Table(_("By transaction day and merchants"), columns, rows)] if rows else []


def count_shown(count: int | None, fewest: int) -> str:
    """1,234, or “<5” for what is withheld."""
    return f"<{fewest}" if count is None else f"{count:,}"


def brief(payload: Given, language: str) -> str:
    """How far it is."""
    if not payload["open"]:
        return _("The money of all affected transactions has arrived.")
    values = {"percent": payload["settled_percent"], "open": f"{payload['open']:,}"}
    return _("Of the affected transactions %(percent)s%% have arrived; %(open)s are open.") % values


def _amount(written: str | None) -> str:
    return pgettext("amount that is withheld", "not shown") if written is None else _yuan(written)


def _yuan(written: str) -> str:
    return yuan(Decimal(written))


_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
COUNT: Final = Value("count", read_count, lambda value, language: f"{value:,}", _COUNT)
CELLS: Final = Value(
    "cells",
    read_cells,
    lambda value, language: "",
    {"type": "array", "items": {"type": "object"}},
)

BACKLOG: Final = register(
    NoticeKind(
        name="backlog",
        label=gettext_lazy("Progress of the backlog"),
        form=Form.NOTICE,
        fields=(
            PayloadField("counted_at", gettext_lazy("Counted at"), MOMENT),
            PayloadField("affected", gettext_lazy("Affected transactions"), COUNT),
            PayloadField("open", gettext_lazy("Still open"), COUNT),
            PayloadField("settled_percent", gettext_lazy("Arrived"), PERCENT),
            PayloadField("fewest", gettext_lazy("Fewest that are shown"), COUNT),
            PayloadField("cells", gettext_lazy("By transaction day and merchants"), CELLS),
        ),
        lines=lines,
        tables=tables,
        brief=brief,
        automatic=True,
    )
)
