"""Yearly disclosure 年度披露: complaints, risk events, losses and compensation of a year."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from statuspage.lib.punctuation import in_parentheses
from statuspage.notices.fields import Line, Payload, PayloadField, Table
from statuspage.notices.kind import NoticeKind, PublicName, register
from statuspage.notices.values import AMOUNT, COUNT, YEAR

KINDS: Final[Mapping[str, str | Promise]] = {
    "transaction": _("Complaints about transactions"),
    "service": _("Complaints about service"),
}
# Each is a part of the one before it.
STAGES: Final[Mapping[str, str | Promise]] = {
    "received": _("received"),
    "handled": _("handled"),
    "within_3": _("handled within 3 working days"),
    "within_1": _("handled within 1 working day"),
}
# A complaint in a million transactions must not read as none.
SHARE_STEP: Final = Decimal("0.00001")
PERCENT_STEP: Final = Decimal("0.01")


@register
class YearlyDisclosure(NoticeKind):
    """Gives a year's figures, once the year is over."""

    name = "yearly_disclosure"
    label = _("Yearly disclosure")
    public_name = PublicName.DISCLOSURE
    quiet = True
    fields = (
        PayloadField("year", _("Year"), YEAR),
        PayloadField("transactions", _("Transactions in that year"), COUNT),
        *(
            PayloadField(
                f"{kind}_{stage}",
                format_lazy("{kind}: {stage}", kind=of_what, stage=label),
                COUNT,
                listed=False,
            )
            for kind, of_what in KINDS.items()
            for stage, label in STAGES.items()
        ),
        PayloadField("risk_events", _("Risk events"), COUNT),
        PayloadField("lost", _("Losses from risk events"), AMOUNT),
        PayloadField("compensated", _("Compensation paid"), AMOUNT),
    )

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a year that is not over, or a part larger than its total."""
        errors: dict[str, object] = {
            f"{kind}_{part}": _("This must not be more than the number %(stage)s.")
            % {"stage": STAGES[whole]}
            for kind in KINDS
            for whole, part in pairwise(STAGES)
            if payload[f"{kind}_{part}"] > payload[f"{kind}_{whole}"]
        }
        if payload["year"] >= timezone.localtime(moment).year:
            errors["year"] = _("This year is not over yet.")
        if errors:
            raise ValidationError(errors)

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of an older year, more compensation than losses, and more complaints than sales."""
        found = []
        if Decimal(payload["compensated"]) > Decimal(payload["lost"]):
            found.append(str(_("More was compensated than lost. Are the amounts right?")))
        if payload["year"] < timezone.localtime(moment).year - 1:
            found.append(str(_("This is not last year's disclosure. Is the year right?")))
        if any(payload[f"{kind}_received"] > payload["transactions"] for kind in KINDS):
            found.append(str(_("There are more complaints than transactions. Is that right?")))
        return found

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return all but the complaints, with the share of the losses that was made good."""
        rate = _share(Decimal(payload["compensated"]), Decimal(payload["lost"]))
        label = _("Compensation as a share of losses")
        return [*super().lines(payload), Line(label, rate)]

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the complaints by kind and in total."""
        counts = {kind: [payload[f"{kind}_{stage}"] for stage in STAGES] for kind in KINDS}
        both = [sum(column) for column in zip(*counts.values(), strict=True)]
        named = [*((KINDS[kind], counts[kind]) for kind in KINDS), (_("Total"), both)]
        columns = [
            _("Kind"),
            _("Received"),
            _("Share of transactions"),
            _("Handled"),
            _("Within 3 working days"),
            _("Within 1 working day"),
        ]
        caption = _("Complaints in %(year)d") % {"year": payload["year"]}
        rows = [_row(label, of, payload["transactions"]) for label, of in named]
        return (Table(caption, columns, rows),)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say how many complaints there were, and how soon they were handled."""
        received = sum(payload[f"{kind}_received"] for kind in KINDS)
        soon = sum(payload[f"{kind}_within_3"] for kind in KINDS)
        share = _share(soon, received)
        values = {"year": payload["year"], "count": f"{received:,}", "share": share}
        said = _("Complaints in %(year)d: %(count)s, %(share)s handled within 3 working days.")
        yield said % values


def _row(label: str | Promise, counts: Sequence[int], transactions: int) -> Sequence[str | Promise]:
    received, *handled = counts
    share = _share(received, transactions, SHARE_STEP)
    return [
        label,
        f"{received:,}",
        share,
        *(f"{n:,}{in_parentheses(_share(n, received))}" for n in handled),
    ]


def _share(part: int | Decimal, whole: int | Decimal, step: Decimal = PERCENT_STEP) -> str:
    """Return the percentage rounded half up; a dash where the total is 0."""
    if not whole:
        return "–"
    return f"{(Decimal(part) * 100 / whole).quantize(step, ROUND_HALF_UP)}%"
