"""What is said of a date by what happens on it (paid out or credited), before and after it."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.settlement.models import DateMeans

Words = Mapping[Code, str | Promise]

# What a step says once its day is over, where it says that the money was to be credited.
CREDITED: Final[Words] = {
    Code.BY_RULE: _("Under the normal rule, it should have arrived on %(day)s."),
    Code.DELAY: _("Delay notice for %(transactions)s: the money should have arrived by %(day)s."),
    Code.BACKLOG: _(
        "Settlement has been back to normal since %(moment)s. Delayed payouts should have arrived "
        "by %(day)s."
    ),
    Code.RULE_IS_LATER: _("The normal rule gave %(day)s. That was later, so it applied."),
}
# The same of any date.
OVER: Final[Words] = {
    Code.RULE: _("%(who)s settled %(rule)s at the time: %(meaning)s."),
    Code.WITHIN: _("The money was promised within %(duration)s of the transaction."),
    Code.WITHIN_OF_OPENING: _(
        "The money was promised within %(duration)s of the transaction; the service opened at "
        "%(opens)s, and earlier transactions counted from then."
    ),
    Code.FEE_CHANGE: _("The fee changed to %(rate)s on %(day)s."),
    Code.PROMOTION: _(
        "A promotion ran until %(day)s: the fee was %(rate)s. Since then the ordinary fee applies."
    ),
    Code.PROMOTION_LIMITED: _(
        "A promotion ran until %(day)s: the fee was %(rate)s, up to a limit per merchant of "
        "%(limit)s. Beyond it, and since then, the ordinary fee of %(ordinary)s applies."
    ),
    Code.PROMOTION_EXCEEDED: _(
        "A promotion ran until %(day)s: the fee was %(rate)s, up to a limit per merchant of "
        "%(limit)s. This amount is above it, so the ordinary fee of %(ordinary)s is shown."
    ),
    Code.PROMOTION_BY_WAY: _("A promotion ran until %(day)s for %(way)s: the fee was %(rate)s."),
    Code.FEE_WAIVER: _(
        "Fee waiver for %(transactions)s: %(share)s of the fee was waived%(condition)s."
    ),
    Code.FEE_REFUND: _("It should have been refunded by %(day)s, separately from the payout."),
    Code.INTERRUPTED: _(
        "An incident affected payouts until %(moment)s: %(incident)s. Money due in the meantime "
        "may have been late."
    ),
    Code.AFTER_HOLIDAY: _(
        "That was the first day after a holiday. Banks were busy and may have credited the money "
        "later than usual."
    ),
}
# Where the date is the payout's: first of a day to come, then of one that is over.
TO_PAY_OUT: Final[Words] = {
    Code.BY_RULE: _("Under the normal rule, paid out on %(day)s."),
    Code.DELAY: _("Delay notice for %(transactions)s: the money is paid out by %(day)s."),
    Code.DELAY_WITHOUT_DATE: _(
        "Delay notice for %(transactions)s: the payout date is not yet known."
    ),
    Code.PAYOUTS_DELAYED: pgettext_lazy(
        "paid out",
        "Payouts are delayed because of an open incident: %(incident)s. No new date yet.",
    ),
    Code.BACKLOG: _(
        "Settlement has been back to normal since %(moment)s. Delayed payouts are made by %(day)s."
    ),
    Code.BACKLOG_WITHOUT_DATE: _(
        "Settlement has been back to normal since %(moment)s. The date of delayed payouts is not "
        "yet known."
    ),
    Code.MAY_BE_LATE: _(
        "Because of an open incident it may be paid out later than usual: %(incident)s."
    ),
    Code.INTERRUPTED: _(
        "An incident affected payouts until %(moment)s: %(incident)s. Money due in the meantime "
        "may be paid out later."
    ),
    Code.PAST: _(
        "This payout date has passed; your bank decides when it credits the money. If it is not "
        "there, check your settlement account, then call the hotline."
    ),
}
PAID_OUT: Final[Words] = {
    Code.BY_RULE: _("Under the normal rule, it should have been paid out on %(day)s."),
    Code.DELAY: _("Delay notice for %(transactions)s: the money should have been paid by %(day)s."),
    Code.BACKLOG: _(
        "Settlement has been back to normal since %(moment)s. Delayed payouts should have been "
        "made by %(day)s."
    ),
    Code.RULE_IS_LATER: CREDITED[Code.RULE_IS_LATER],
    Code.INTERRUPTED: pgettext_lazy(
        "paid out",
        "An incident affected payouts until %(moment)s: %(incident)s. Money due in the meantime "
        "may have been late.",
    ),
}
STEPS: Final[Mapping[tuple[DateMeans, bool], Words]] = {
    (DateMeans.CREDIT, False): {},
    (DateMeans.CREDIT, True): {**OVER, **CREDITED},
    (DateMeans.PAYOUT, False): TO_PAY_OUT,
    (DateMeans.PAYOUT, True): {**TO_PAY_OUT, **OVER, **PAID_OUT},
}


def step_words(code: Code, means: DateMeans, *, past: bool) -> str:
    """Return what a step says, in the active language."""
    return str(STEPS[means, past].get(code, code.label))


class Said(Enum):
    """What is said of a date: by a time of day, on it, or late by it."""

    BY = auto()
    ON = auto()
    LATE_BY = auto()


# What is said of a date that is to come, and of one that is over, by what happens on it.
TO_COME: Final = {
    (Said.BY, DateMeans.CREDIT): _("Expected to arrive on %(day)s by %(time)s"),
    (Said.BY, DateMeans.PAYOUT): _("Expected to be paid out on %(day)s by %(time)s"),
    (Said.ON, DateMeans.CREDIT): _("Expected to arrive on %(day)s"),
    (Said.ON, DateMeans.PAYOUT): _("Expected to be paid out on %(day)s"),
    (Said.LATE_BY, DateMeans.CREDIT): _("Delayed: expected to arrive by %(day)s"),
    (Said.LATE_BY, DateMeans.PAYOUT): _("Delayed: expected to be paid out by %(day)s"),
}
TODAY: Final = {
    (Said.BY, DateMeans.CREDIT): _("Expected to arrive today, %(day)s, by %(time)s"),
    (Said.BY, DateMeans.PAYOUT): _("Expected to be paid out today, %(day)s, by %(time)s"),
    (Said.ON, DateMeans.CREDIT): _("Expected to arrive today, %(day)s"),
    (Said.ON, DateMeans.PAYOUT): _("Expected to be paid out today, %(day)s"),
    (Said.LATE_BY, DateMeans.CREDIT): _("Delayed: expected to arrive by today, %(day)s"),
    (Said.LATE_BY, DateMeans.PAYOUT): _("Delayed: expected to be paid out by today, %(day)s"),
}
PASSED: Final = {
    (Said.BY, DateMeans.CREDIT): _("Should have arrived on %(day)s by %(time)s"),
    (Said.BY, DateMeans.PAYOUT): _("Should have been paid out on %(day)s by %(time)s"),
    (Said.ON, DateMeans.CREDIT): _("Should have arrived on %(day)s"),
    (Said.ON, DateMeans.PAYOUT): _("Should have been paid out on %(day)s"),
    (Said.LATE_BY, DateMeans.CREDIT): _("Delayed: should have arrived by %(day)s"),
    (Said.LATE_BY, DateMeans.PAYOUT): _("Delayed: should have been paid out by %(day)s"),
}
WITHOUT_DATE: Final = {
    DateStatus.NOT_YET_KNOWN: _("Delayed: arrival date not yet known"),
    DateStatus.PAYOUTS_DELAYED: _("Payouts are delayed; no new date yet"),
    DateStatus.NOT_PUBLISHED: _(
        "No date yet: the State Council has not published the holidays of %(year)s"
    ),
    DateStatus.NOT_IN_CALENDAR: _("No date: %(year)s is not in our calendar"),
    DateStatus.NO_RULE: _("No date: no settlement rule has been published for this"),
}
NOT_PAID_OUT: Final = {
    DateStatus.NOT_YET_KNOWN: _("Delayed: payout date not yet known"),
    DateStatus.PAYOUTS_DELAYED: pgettext_lazy("paid out", "Payouts are delayed; no new date yet"),
}
NO_NEW_DATE_UNTIL: Final = {
    DateMeans.CREDIT: _("Payouts are delayed; no new date yet; next update by %(moment)s"),
    DateMeans.PAYOUT: pgettext_lazy(
        "paid out", "Payouts are delayed; no new date yet; next update by %(moment)s"
    ),
}
# Why a date is late, in a word or two.
LATE_REASON: Final = {
    DateMeans.CREDIT: _("payout delay"),
    DateMeans.PAYOUT: pgettext_lazy("paid out", "payout delay"),
}


def no_date(status: DateStatus, means: DateMeans) -> str:
    """Return the answer without a date, in the active language."""
    words = WITHOUT_DATE | NOT_PAID_OUT if means is DateMeans.PAYOUT else WITHOUT_DATE
    return str(words[status])
