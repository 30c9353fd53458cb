"""The types of a question about arrival and of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from statuspage.calendar.workdays import STATUTORY_HOLIDAY
from statuspage.lib.money import ZERO, Fee
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.settlement.arrival.facts import shown
from statuspage.settlement.arrival.tenses import (
    LATE_REASON,
    NO_NEW_DATE_UNTIL,
    PASSED,
    TO_COME,
    TODAY,
    Said,
    no_date,
    step_words,
)
from statuspage.settlement.arrival.words import DOUBTFUL, LATE, Code, DateStatus
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.models import DateMeans
from statuspage.settlement.prices.matching import Paid, channel_of
from statuspage.statements.models import Statement


@dataclass(frozen=True)
class Question:
    """Category, product and time of a transaction; only facts known at `as_of` count."""

    category: MerchantCategory
    product: Product | None
    at: datetime
    as_of: datetime
    amount: Decimal | None = None
    # How the customer paid, as far as it is known.
    card: str = ""
    channel: str = ""
    mcc: str = ""
    # The settlement cycle that decides, once that is known.
    cycle: str | None = None

    @property
    def code(self) -> str:
        """The product's code; empty for every product."""
        return self.product.code if self.product else ""

    @property
    def paid_by(self) -> str:
        """The channel, of a QR payment by its amount; empty if it is not known."""
        return channel_of(Paid(channel=self.channel, amount=self.amount))

    @property
    def day(self) -> date:
        """The transaction's date in Shanghai."""
        return self.at.astimezone(SHANGHAI).date()

    @property
    def today(self) -> date:
        """The date of the answer in Shanghai."""
        return self.as_of.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Step:
    """One reason: `facts` are put into its words, `said` is the statement behind it.

    `past` says that its day is over: then it is spoken of in the past tense. `until` is the last
    day of what it says, where that is not `day`; `means` is what happens on the answer's date.
    """

    code: Code
    facts: Mapping[str, object] = field(default_factory=dict)
    day: date | None = None
    said: Statement | None = None
    past: bool = False
    until: date | None = None
    means: DateMeans = DateMeans.CREDIT

    @property
    def text(self) -> str:
        """The step in the active language."""
        words = step_words(self.code, self.means, past=self.past)
        return words % {name: shown(fact) for name, fact in self.facts.items()}

    def seen_on(self, today: date, means: DateMeans) -> "Step":
        """Return the step as it is said on that day of a date with that meaning."""
        last = self.until or self.day
        return replace(self, past=last is not None and last < today, means=means)


@dataclass(frozen=True)
class Charge:
    """The fee on an amount, all in yuan; `effective_rate` is in percent of the amount.

    The payout is the amount without the fee. What is `waived` of it comes later, by
    `refunded_by` if that is known, and only `if_affected` unless the waiver covers all. A fixed
    part that is charged `per_payout` is not in the fee. A fee above the amount has no rate.
    """

    amount: Decimal
    rate: Fee
    fee: Decimal
    waived: Decimal
    effective_rate: Decimal | None
    per_payout: Decimal = ZERO
    refunded_by: date | None = None
    # The day of the last refund, once all that the waiver promised is paid.
    refunded_on: date | None = None
    if_affected: bool = False

    @property
    def exceeds(self) -> bool:
        """True where the fee is more than the amount: then nothing is paid out."""
        return self.fee > self.amount

    @property
    def payout(self) -> Decimal:
        """The amount minus the fee, never below zero."""
        return max(self.amount - self.fee, ZERO)

    @property
    def to_pay(self) -> Decimal:
        """The fee minus the waived part."""
        return self.fee - self.waived

    @property
    def to_receive(self) -> Decimal:
        """The amount minus the remaining fee, payout and refund together; never below zero."""
        return max(self.amount - self.to_pay, ZERO)


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
    # The least amount in yuan that is paid out, if the rule that decided has one.
    minimum: Decimal | None = None

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
            return str(NO_NEW_DATE_UNTIL[self.kind]) % {"moment": shown(self._promised)}
        if self.arrival_date is None:
            year = next((step.facts["year"] for step in self.steps if "year" in step.facts), "")
            return no_date(self.status, self.kind) % {"year": year}
        how = Said.ON if self.arrival_time is None else Said.BY
        how = Said.LATE_BY if self.late else how
        time_of_day = shown(self.arrival_time) if self.arrival_time else ""
        values = {"day": shown(self.arrival_date), "time": time_of_day}
        return str(self._tense[how, self.kind]) % values

    @property
    def _tense(self) -> Mapping[tuple[Said, DateMeans], str | Promise]:
        if self.passed:
            return PASSED
        return TODAY if self.arrival_date == self.question.today else TO_COME

    @property
    def passed(self) -> bool:
        """True once the date, and its time of day if it has one, are over."""
        if self.arrival_date is None:
            return False
        asked = self.question.as_of.astimezone(SHANGHAI)
        if self.arrival_date != asked.date() or self.late or self.arrival_time is None:
            return self.arrival_date < asked.date()
        due = datetime.combine(self.arrival_date, self.arrival_time, SHANGHAI)
        # A usual time before the transaction itself says nothing about it.
        return max(due, self.question.at) < asked

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
            return str(LATE_REASON[self.kind])
        if self.doubtful:
            return _("may be late")
        skipped = [step for step in self.steps if step.code is Code.SKIPPED]
        holidays = [step for step in skipped if step.facts["kind"] == STATUTORY_HOLIDAY]
        return next((shown(step.facts["name"]) for step in [*holidays, *skipped]), "")
