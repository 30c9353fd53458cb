"""Backlog 补结进度: how many of an incident's transactions arrived; published automatically."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from statuspage.lib.money import yuan
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.fields import Line, Payload, PayloadField, Table
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.phrases import short_day
from statuspage.notices.values import (
    AMOUNT,
    COUNT,
    DATE,
    MOMENT,
    PERCENT,
    TRANSACTIONS,
    Value,
    choice_of,
)
from statuspage.statements.canonical import Json

CATEGORY: Final = choice_of(MerchantCategory)
MOST_CELLS: Final = 5_000
# The values of a row; null stands for a withheld one.
COLUMNS: Final = {
    "day": DATE,
    "category": CATEGORY,
    **dict.fromkeys(("affected", "open"), COUNT),
    **dict.fromkeys(("affected_amount", "open_amount"), AMOUNT),
}


def _read_cells(value: object) -> Json:
    if not isinstance(value, list) or len(value) > MOST_CELLS:
        raise ValueError("not a list of rows")
    if not all(isinstance(row, dict) and set(row) == set(COLUMNS) for row in value):
        raise ValueError("not a row")
    return [
        {name: None if row[name] is None else of.read(row[name]) for name, of in COLUMNS.items()}
        for row in value
    ]


CELLS: Final = Value(
    "cells",
    _read_cells,
    lambda value: "",
    {"type": "array", "items": {"type": "object"}},
    _("Enter a list of rows."),
)


@register
class Backlog(NoticeKind):
    """Gives the totals, and a row for each day and category."""

    name = "backlog"
    label = _("Payout progress")
    fields = (
        PayloadField("counted_at", _("Counted at"), MOMENT),
        PayloadField("affected", _("Affected transactions"), TRANSACTIONS),
        PayloadField("open", _("Pending"), TRANSACTIONS),
        PayloadField("settled_percent", _("Arrived"), PERCENT),
        PayloadField("fewest", _("Smallest number shown"), COUNT, listed=False),
        PayloadField("cells", _("By transaction date and merchant category"), CELLS, listed=False),
    )
    automatic = True

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the totals, and why rows withhold figures."""
        return [*super().lines(payload), Line(_("What is not shown"), left_out(payload))]

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return a row for each day and category."""
        if not payload["cells"]:
            return ()
        columns = [
            _("Transaction date"),
            _("Merchants"),
            _("Affected"),
            _("Amount in yuan"),
            _("Pending"),
            _("Pending amount in yuan"),
        ]
        fewest = payload["fewest"]
        rows = [
            [
                short_day(one["day"]),
                CATEGORY.say(one["category"]),
                count_shown(one["affected"], fewest),
                _amount(one["affected_amount"]),
                count_shown(one["open"], fewest),
                _amount(one["open_amount"]),
            ]
            for one in payload["cells"]
        ]
        return (Table(_("By transaction date and merchant category"), columns, rows),)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say how much has arrived."""
        if not payload["open"]:
            yield str(_("All affected transactions have arrived."))
            return
        values = {"percent": payload["settled_percent"], "open": f"{payload['open']:,}"}
        yield (
            ngettext(
                "%(percent)s%% of the affected transactions have arrived; %(open)s is pending.",
                "%(percent)s%% of the affected transactions have arrived; %(open)s are pending.",
                payload["open"],
            )
            % values
        )


def left_out(payload: Payload) -> str:
    """Return why a row may withhold figures."""
    return _(
        "To protect individual merchants, fewer than %(fewest)d transactions are shown as "
        "“<%(fewest)d”, and amounts only for %(fewest)d or more merchants."
    ) % {"fewest": payload["fewest"]}


def count_shown(count: int | None, fewest: int) -> str:
    """Return 1,234, or “<5” for what is withheld."""
    return f"<{fewest}" if count is None else f"{count:,}"


def _amount(written: str | None) -> str:
    return yuan(Decimal(written)) if written else pgettext("amount that is withheld", "not shown")
