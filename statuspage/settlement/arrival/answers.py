"""The types of a question about arrival and of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _

from statuspage.calendar.workdays import STATUTORY_HOLIDAY
from statuspage.lib.money import Fee
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.settlement.arrival.words import (
    BY,
    DOUBTFUL,
    LATE,
    LATE_BY,
    NO_NEW_DATE_UNTIL,
    ON,
    WITHOUT_DATE,
    Code,
    DateStatus,
    shown,
)
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.models import DateMeans
from statuspage.statements.models import Statement


@dataclass(frozen=True)
class Question:
    """Category, product and time of a transaction; only facts known at `as_of` count."""

    category: MerchantCategory
    product: Product | None
    at: datetime
    as_of: datetime
    amount: Decimal | None = None

    @property
    def code(self) -> str:
        """The product's code; empty for every product."""
        return self.product.code if self.product else ""

    @property
    def day(self) -> date:
        """The transaction's date in Shanghai."""
        return self.at.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Step:
    """One reason: `facts` are put into its words, `said` is the statement behind it."""

    code: Code
    facts: Mapping[str, object] = field(default_factory=dict)
    day: date | None = None
    said: Statement | None = None

    @property
    def text(self) -> str:
        """The step in the active language."""
        return self.code.label % {name: shown(fact) for name, fact in self.facts.items()}


@dataclass(frozen=True)
class Charge:
    """The fee on an amount, all in yuan; `effective_rate` is in percent of the amount."""

    amount: Decimal
    rate: Fee
    fee: Decimal
    waived: Decimal
    effective_rate: Decimal

    @property
    def to_pay(self) -> Decimal:
        """The fee minus the waived part."""
        return self.fee - self.waived

    @property
    def to_receive(self) -> Decimal:
        """The amount minus the remaining fee."""
        return self.amount - self.to_pay


@dataclass(frozen=True)
class Answer:
    """The date, if there is one, what happens on it, and why, step by step.

    `arrival_time` is the usual time of day, by the rule; a payout that was late has none.
    """

    question: Question
    status: DateStatus
    arrival_date: date | None
    arrival_time: time | None
    kind: DateMeans
    steps: Sequence[Step]
    caveats: Sequence[Step]
    charge: Charge | None
    next_update_by: datetime | None = None

    @property
    def late(self) -> bool:
        """True where a delay decides."""
        return any(step.code in LATE for step in self.steps)

    @property
    def doubtful(self) -> bool:
        """True where there is no delay, but an incident may make the date wrong."""
        return not self.late and any(step.code in DOUBTFUL for step in self.caveats)

    @property
    def cause(self) -> Step | None:
        """The step about the incident that holds up the money, or may do so."""
        codes = {Code.PAYOUTS_DELAYED, *DOUBTFUL}
        return next((step for step in (*self.steps, *self.caveats) if step.code in codes), None)

    @property
    def incident_name(self) -> str:
        """The name of that incident; empty without one."""
        return shown(self.cause.facts["incident"]) if self.cause else ""

    @property
    def headline(self) -> str:
        """The answer in a sentence, in the active language."""
        if self.next_update_by:
            return str(NO_NEW_DATE_UNTIL) % {"moment": shown(self._promised)}
        if self.arrival_date is None:
            year = next((step.facts["year"] for step in self.steps if "year" in step.facts), "")
            return str(WITHOUT_DATE[self.status]) % {"year": year}
        values = {"day": shown(self.arrival_date)}
        if self.late:
            return str(LATE_BY[self.kind]) % values
        if self.arrival_time is None:
            return str(ON[self.kind]) % values
        return str(BY[self.kind]) % {**values, "time": shown(self.arrival_time)}

    @property
    def _promised(self) -> datetime | time:
        """The time of the promised update; without its day, if that is the day of the answer."""
        there, asked = (
            one.astimezone(SHANGHAI)
            for one in (self.next_update_by or self.question.as_of, self.question.as_of)
        )
        return there.time() if there.date() == asked.date() else there

    @property
    def reason(self) -> str:
        """The reason for a delay, in a word or two of that language; empty without one."""
        if self.late:
            return _("payout delay")
        if self.doubtful:
            return _("may be late")
        skipped = [step for step in self.steps if step.code is Code.SKIPPED]
        holidays = [step for step in skipped if step.facts["kind"] == STATUTORY_HOLIDAY]
        return next((shown(step.facts["name"]) for step in [*holidays, *skipped]), "")
