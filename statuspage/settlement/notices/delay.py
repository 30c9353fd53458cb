"""Delay 到账延迟: transactions between two times arrive later than the rules say."""

from collections.abc import Iterator
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.calendar.promises import Promise, carried_over, promise_source
from statuspage.settlement.delays import delays
from statuspage.settlement.notices.base import (
    NOT_KNOWN,
    Given,
    NoticeKind,
    PayloadField,
    in_order,
    register,
)
from statuspage.settlement.phrases import short_day, transactions
from statuspage.settlement.values import DATE, MOMENT
from statuspage.statements.models import Statement

# A delay names no calendar: what arrives late arrives by the domestic one.
PROFILE: Final = "domestic"


def brief(payload: Given, language: str) -> str:
    """Which transactions, and by when."""
    late = transactions(payload["transactions_from"], payload["transactions_until"])
    if payload["arrives_by"] is None:
        return _("Late: %(transactions)s. The day of arrival is not yet known.") % {
            "transactions": late
        }
    values = {"transactions": late, "day": short_day(payload["arrives_by"])}
    return _("Late: %(transactions)s. They arrive by %(day)s.") % values


@promise_source
def promised() -> Iterator[Promise]:
    """The days by which late money was promised, for a change of the calendar to check."""
    said = Statement.objects.filter(kind__in=("notice.delay", "notice.recovery"))
    numbers = dict(said.values_list("subject_id", "number"))
    for one in delays():
        if arrival := one.arrives_by:
            made_up = one.recovery if one.recovery and one.recovery.payload["backlog_by"] else None
            yield Promise(
                statement=numbers[(made_up or one.notice).public_id],
                profile=PROFILE,
                transaction=timezone.localdate(one.begins),
                arrival=arrival,
                reckon=carried_over(arrival),
            )


DELAY = register(
    NoticeKind(
        name="delay",
        label=gettext_lazy("Delayed arrival"),
        fields=(
            PayloadField("transactions_from", gettext_lazy("Transactions from"), MOMENT),
            PayloadField(
                "transactions_until",
                gettext_lazy("Transactions until"),
                MOMENT,
                required=False,
                unknown=NOT_KNOWN,
            ),
            # Left out, the answer is a plain "not yet known", never a guess.
            PayloadField(
                "arrives_by",
                gettext_lazy("Arrives by"),
                DATE,
                required=False,
                unknown=NOT_KNOWN,
                help=gettext_lazy("Leave it empty while there is no basis for a date."),
            ),
        ),
        checks=(in_order("transactions_from", "transactions_until"),),
        brief=brief,
    )
)
