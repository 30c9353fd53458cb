"""Delay 到账延迟: transactions between two times arrive later than the rules say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.differences import PromisedDate, carried_over
from statuspage.calendar.models import DOMESTIC
from statuspage.notices.audience import Audience
from statuspage.notices.fields import NOT_KNOWN, Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import short_day, transactions
from statuspage.notices.values import DATE, END, MOMENT
from statuspage.settlement.arrival.delays import delays
from statuspage.settlement.kinds.affected_line import (
    affected_line,
    check_after,
    check_ended,
    to_come,
)
from statuspage.settlement.kinds.payout_days import check_settles, unheld_cycles
from statuspage.settlement.verbs import Verb, kept_verb, verb_json
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.times import from_iso

# By the verb of the rules of its merchants.
BY: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("Arrives by"),
    Verb.PAYOUT: _("Paid out by"),
    Verb.SETTLED: _("Settled by"),
}
DATED: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("Delayed: %(transactions)s. Arrival by %(day)s."),
    Verb.PAYOUT: _("Delayed: %(transactions)s. Payout by %(day)s."),
    Verb.SETTLED: _("Delayed: %(transactions)s. Settlement by %(day)s."),
}
UNDATED: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("Delayed: %(transactions)s. Arrival date not yet known."),
    Verb.PAYOUT: _("Delayed: %(transactions)s. Payout date not yet known."),
    Verb.SETTLED: _("Delayed: %(transactions)s. Settlement date not yet known."),
}


@register
class Delay(NoticeKind):
    """Says which transactions are late, and by when they arrive, as soon as that is known."""

    name = "delay"
    label = _("Payout delay")
    fields = (
        PayloadField("transactions_from", _("Transactions from"), MOMENT, listed=False),
        optional(
            "transactions_until",
            _("Transactions until"),
            END,
            unknown=NOT_KNOWN,
            not_before="transactions_from",
            listed=False,
        ),
        # Left out, the answer is a plain "not yet known", never a guess.
        optional(
            "arrives_by",
            _("Arrives or is paid out by"),
            DATE,
            unknown=NOT_KNOWN,
            help=_(
                "What the merchants’ settlement rule promises. Leave empty if there is no basis "
                "for a date."
            ),
            ahead=True,
            listed=False,
        ),
    )
    promises_money = True

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse money that arrives before its own transactions."""
        check_after(payload, "arrives_by")

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse a day on which nothing is paid to these merchants."""
        check_settles("arrives_by", audience, payload, moment)

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a delay that is still to begin."""
        return to_come(payload, moment)

    def warnings_for(self, audience: Audience, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a cycle that no rule has: no answer would know of the delay."""
        begins = timezone.localdate(from_iso(payload["transactions_from"]))
        return unheld_cycles(audience, begins, moment)

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Require the end too: without it transactions of today would be late as well."""
        super().check_over(payload, now)
        check_ended(payload, now)

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return one line about the transactions, and one about the date."""
        day = payload["arrives_by"]
        said = short_day(day) if day else NOT_KNOWN
        return [*affected_line(payload), Line(BY[kept_verb(payload)], said)]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which transactions, and by when."""
        late = transactions(payload["transactions_from"], payload["transactions_until"])
        day = payload["arrives_by"]
        words = (DATED if day else UNDATED)[kept_verb(payload)]
        yield str(words) % {"transactions": late, "day": short_day(day) if day else ""}

    def effect(
        self, notice: Notice, author: Author | None, approver: Author | None
    ) -> Mapping[str, Json]:
        """Return the verb of its merchants' rules, as they are on the first day."""
        begins = timezone.localdate(from_iso(notice.payload["transactions_from"]))
        return verb_json(notice.audience, begins, notice.published_at)

    def promised_dates(self) -> Iterator[PromisedDate]:
        """Return the days by which late money was promised, in a delay or its recovery."""
        said = Statement.objects.filter(kind__in=("notice.delay", "notice.recovery"))
        numbers = dict(said.values_list("subject_id", "number"))
        for one in delays():
            if arrival := one.arrives_by:
                made_up = one.recovery and one.recovery.payload["backlog_by"]
                notice = one.recovery if one.recovery and made_up else one.notice
                yield PromisedDate(
                    statement=numbers[notice.public_id],
                    profile=DOMESTIC,  # a delay names no calendar
                    transaction=timezone.localdate(one.begins),
                    arrival=arrival,
                    reckon=carried_over(arrival),
                )
