"""Fee change 费率调整: the old fee and the new one, from when on, reckoned through."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.audience import addresses
from statuspage.settlement.models import Notice
from statuspage.settlement.money import Fee, parse_fee, yuan
from statuspage.settlement.notices.base import (
    Form,
    Given,
    NoticeKind,
    PayloadField,
    Table,
    register,
)
from statuspage.settlement.phrases import money, short_day
from statuspage.settlement.rules.selectors import rules_on
from statuspage.settlement.rules.services import rule_add
from statuspage.settlement.values import DATE, FEE, TEXT
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.times import iso

# In yuan. A fixed part weighs most on the smallest: 万100+3 is 4 % of 100.
EXAMPLES: Final = (Decimal(100), Decimal(1000), Decimal(10000))
EXAMPLE: Final = Decimal(1000)


def fees(payload: Given) -> tuple[Fee, Fee]:
    """The fee until then and the fee from then on."""
    return parse_fee(payload["old_fee"]), parse_fee(payload["new_fee"])


def something_changes(payload: Given, moment: datetime) -> None:
    """Pass when the fees differ.

    Raises:
        ValidationError: they are the same.
    """
    old, new = fees(payload)
    if old == new:
        raise ValidationError({"new_fee": _("This is the fee that holds already.")})


def announced_in_time(payload: Given, moment: datetime) -> None:
    """Pass when merchants have FEE_NOTICE_DAYS to leave, or are told why not.

    The duty concerns raising a fee or adding one (domain.md, duties); lowering one may be at once.

    Raises:
        ValidationError: it is too soon and no reason is given.
    """
    old, new = fees(payload)
    days = (date.fromisoformat(payload["effective_on"]) - timezone.localdate(moment)).days
    if not new.dearer_than(old) or days >= settings.FEE_NOTICE_DAYS:
        return
    if payload["short_notice_reason"] is None:
        problem = _(
            "This is %(days)d days ahead; a higher fee is announced %(least)d days ahead. Choose a"
            " later day, or give the reason: the page will show it."
        )
        values = {"days": max(days, 0), "least": settings.FEE_NOTICE_DAYS}
        raise ValidationError({"short_notice_reason": problem % values})


def brief(payload: Given, language: str) -> str:
    """The new fee, the old one, and what that is on 1,000 yuan."""
    old, new = fees(payload)
    values = {
        "day": short_day(payload["effective_on"]),
        "new": str(new),
        "old": str(old),
        "before": yuan(old.fee_of(EXAMPLE)),
        "after": yuan(new.fee_of(EXAMPLE)),
    }
    return (
        _(
            "From %(day)s the fee is %(new)s instead of %(old)s: on 1,000 yuan %(after)s instead of"
            " %(before)s yuan. Until then you can leave without cost."
        )
        % values
    )


def tables(payload: Given, language: str) -> list[Table]:
    """Before and after, with the effective rate."""
    old, new = fees(payload)
    columns = [_("On a transaction of"), _("Fee before"), _("Fee after")]
    rows = [
        [money(str(amount)), _reckoned(old, amount), _reckoned(new, amount)] for amount in EXAMPLES
    ]
    return [Table(_("What that means"), columns, rows)]


def _reckoned(fee: Fee, amount: Decimal) -> str:
    values = {"fee": yuan(fee.fee_of(amount)), "rate": f"{fee.effective_rate(amount):f}"}
    return _("%(fee)s yuan (%(rate)s%% in effect)") % values


def window(payload: Given) -> tuple[Json, Json]:
    """From the day on which it takes effect."""
    day = datetime.combine(date.fromisoformat(payload["effective_on"]), time())
    return iso(timezone.make_aware(day)), None


def record(notice: Notice, statement: Statement) -> None:
    """Rules of the audience that have the old fee take the new one from that day on."""
    old, new = fees(notice.payload)
    day = date.fromisoformat(notice.payload["effective_on"])
    for rule in rules_on(day, notice.published_at):
        if rule.fee == old and addresses(notice.audience, rule.category, rule.product):
            rule_add(
                category=rule.category,
                product=rule.product,
                cycle=rule.cycle,
                cutoff=rule.cutoff,
                after_cutoff=rule.after_cutoff,
                fallback=rule.fallback,
                usual_arrival=rule.usual_arrival,
                date_means=rule.date_means,
                profile=rule.profile.code,
                fee=new,
                valid_from=day,
                valid_until=rule.valid_until,
                statement=statement,
                by=statement.author,
            )


FEE_CHANGE = register(
    NoticeKind(
        name="fee_change",
        label=gettext_lazy("Fee change"),
        form=Form.DISCLOSURE,
        fields=(
            PayloadField(
                "old_fee",
                gettext_lazy("Fee until then"),
                FEE,
                help=gettext_lazy("Such as 0.6%, 1.00%+3 or 万100+3."),
            ),
            PayloadField("new_fee", gettext_lazy("New fee"), FEE),
            PayloadField("effective_on", gettext_lazy("Takes effect on"), DATE),
            PayloadField(
                "how_to_leave",
                gettext_lazy("How to leave without cost"),
                TEXT,
                help=gettext_lazy("What a merchant who does not agree can do, until when, where."),
            ),
            PayloadField(
                "short_notice_reason",
                gettext_lazy("Why at such short notice"),
                TEXT,
                required=False,
                help=gettext_lazy("Needed when a fee rises too soon; the page shows it."),
            ),
        ),
        checks=(something_changes, announced_in_time),
        tables=tables,
        brief=brief,
        window=window,
        record=record,
    )
)
