"""Yearly disclosure 年度披露: complaints, risk events, losses and compensation of a year."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.notices.base import (
    Form,
    Given,
    Line,
    NoticeKind,
    PayloadField,
    Table,
    register,
)
from statuspage.settlement.phrases import joined
from statuspage.settlement.values import AMOUNT, COUNT, YEAR

NAME: Final = "yearly_disclosure"
KINDS: Final[dict[str, str | Promise]] = {
    "transaction": gettext_lazy("Complaints about transactions"),
    "service": gettext_lazy("Complaints about service"),
}
# Each is a part of the one before it.
STAGES: Final[dict[str, str | Promise]] = {
    "received": gettext_lazy("received"),
    "handled": gettext_lazy("handled"),
    "within_3": gettext_lazy("handled within 3 working days"),
    "within_1": gettext_lazy("handled within 1 working day"),
}
COMPLAINTS: Final = tuple(
    PayloadField(
        f"{kind}_{stage}",
        format_lazy("{kind}: {stage}", kind=of_what, stage=label),
        COUNT,
    )
    for kind, of_what in KINDS.items()
    for stage, label in STAGES.items()
)
# A complaint in a million transactions must not read as none.
SHARE_STEP: Final = Decimal("0.00001")
PERCENT_STEP: Final = Decimal("0.01")


def parts_fit(payload: Given, moment: datetime) -> None:
    """What was handled in time was handled, and what was handled had been received."""
    names = list(STAGES)
    errors = {
        f"{kind}_{part}": _("This must not be more than those %(stage)s.")
        % {"stage": STAGES[whole]}
        for kind in KINDS
        for whole, part in pairwise(names)
        if payload[f"{kind}_{part}"] > payload[f"{kind}_{whole}"]
    }
    if errors:
        raise ValidationError(errors)


def year_is_over(payload: Given, moment: datetime) -> None:
    """Nothing is disclosed of a year that goes on."""
    if payload["year"] >= timezone.localtime(moment).year:
        raise ValidationError({"year": _("This year is not over yet.")})


def lines(payload: Given, language: str) -> Sequence[Line]:
    """All but the complaints, which stand in the table; the rate is worked out."""
    told = ("year", "transactions", "risk_events", "lost", "compensated")
    said = [
        Line(str(one.label), one.value.say(payload[one.name], language))
        for one in YEARLY_DISCLOSURE.fields
        if one.name in told
    ]
    rate = _percent(Decimal(payload["compensated"]), Decimal(payload["lost"]), PERCENT_STEP)
    return [*said, Line(_("Compensation as a share of losses"), rate)]


def tables(payload: Given, language: str) -> Sequence[Table]:
    """Complaints by kind and in all."""
    counts = {kind: [payload[f"{kind}_{stage}"] for stage in STAGES] for kind in KINDS}
    rows = [_row(str(label), counts[kind], payload) for kind, label in KINDS.items()]
    both = [sum(column) for column in zip(*counts.values(), strict=True)]
    columns = [
        _("Kind"),
        _("Received"),
        _("Share of transactions"),
        _("Handled"),
        _("Within 3 working days"),
        _("Within 1 working day"),
    ]
    caption = _("Complaints in %(year)d") % {"year": payload["year"]}
    return (Table(caption, columns, [*rows, _row(_("In all"), both, payload)]),)


def brief(payload: Given, language: str) -> str:
    """How many complaints, and how soon they were handled."""
    received = sum(payload[f"{kind}_received"] for kind in KINDS)
    soon = sum(payload[f"{kind}_within_3"] for kind in KINDS)
    values = {"year": payload["year"], "count": f"{received:,}", "share": _share(soon, received)}
    said = _("Disclosure for %(year)d: %(count)s complaints, %(share)s within 3 working days.")
    return joined((said % values,), language)


def _row(label: str, counts: Sequence[Any], payload: Given) -> list[str]:
    received, *handled = counts
    share = _percent(Decimal(received), Decimal(payload["transactions"]), SHARE_STEP)
    parts = [f"{one:,} ({_share(one, received)})" for one in handled]
    return [label, f"{received:,}", share, *parts]


def _share(part: int, whole: int) -> str:
    return _percent(Decimal(part), Decimal(whole), PERCENT_STEP)


def _percent(part: Decimal, whole: Decimal, step: Decimal) -> str:
    """Rounded half up; a dash where there is nothing to have a share of."""
    if not whole:
        return "–"
    return f"{(part * 100 / whole).quantize(step, ROUND_HALF_UP)}%"


YEARLY_DISCLOSURE = register(
    NoticeKind(
        name=NAME,
        label=gettext_lazy("Yearly disclosure"),
        form=Form.DISCLOSURE,
        fields=(
            PayloadField("year", gettext_lazy("Year"), YEAR),
            PayloadField("transactions", gettext_lazy("Transactions in the year"), COUNT),
            *COMPLAINTS,
            PayloadField("risk_events", gettext_lazy("Risk events"), COUNT),
            PayloadField("lost", gettext_lazy("Losses by risk events"), AMOUNT),
            PayloadField("compensated", gettext_lazy("Compensation paid for them"), AMOUNT),
        ),
        checks=(parts_fit, year_is_over),
        lines=lines,
        tables=tables,
        brief=brief,
    )
)
