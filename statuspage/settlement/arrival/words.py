"""The answer in words, in the active language and Beijing time."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.functional import lazy as lazily
from django.utils.translation import (
    get_language,
    gettext_lazy,
    ngettext,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _

from statuspage.settlement.arrival.codes import Code, DateStatus
from statuspage.settlement.cycles import Basis, Cycle
from statuspage.settlement.money import yuan
from statuspage.settlement.phrases import transactions
from statuspage.settlement.rules.models import DateMeans
from statuspage.statements.texts import CHINESE, in_language

WEEKDAYS: Final = (
    pgettext_lazy("weekday of a date", "Mon"),
    pgettext_lazy("weekday of a date", "Tue"),
    pgettext_lazy("weekday of a date", "Wed"),
    pgettext_lazy("weekday of a date", "Thu"),
    pgettext_lazy("weekday of a date", "Fri"),
    pgettext_lazy("weekday of a date", "Sat"),
    pgettext_lazy("weekday of a date", "Sun"),
)

TEXTS: Final[Mapping[Code, Promise]] = {
    Code.RULE: gettext_lazy("%(who)s settle %(rule)s: the money comes %(meaning)s."),
    Code.NO_RULE: gettext_lazy("No settlement rule was known for this."),
    Code.BEFORE_CUTOFF: gettext_lazy(
        "Made before the cut-off at %(cutoff)s: it counts as of %(day)s."
    ),
    Code.AFTER_CUTOFF: gettext_lazy(
        "Made at or after the cut-off at %(cutoff)s: it counts as of the next day, %(day)s."
    ),
    Code.FALLBACK: gettext_lazy(
        "Made at or after %(cutoff)s, when %(cycle)s is over for the day: %(fallback)s holds"
        " instead, the money comes %(meaning)s."
    ),
    Code.SKIPPED: gettext_lazy("%(day)s: %(name)s. Nothing settles."),
    Code.MAKE_UP_WORKDAY: gettext_lazy("%(day)s: %(name)s. Settlement runs."),
    Code.CALENDAR: gettext_lazy(
        "Holidays and make-up workdays by the State Council's notice %(document)s."
    ),
    Code.BY_RULE: gettext_lazy("By the rule that is %(day)s."),
    Code.NOT_PUBLISHED: gettext_lazy(
        "The State Council has not yet published the holidays of %(year)s. Without them nobody can"
        " name the settlement workday, and we do not guess."
    ),
    Code.DELAY: gettext_lazy(
        "Notice of delay, for %(transactions)s: the money is there by %(day)s."
    ),
    Code.DELAY_WITHOUT_DATE: gettext_lazy(
        "Notice of delay, for %(transactions)s: by when the money is there is not yet known."
    ),
    Code.RESTORED: gettext_lazy(
        "Settlement was late, and is back to normal since %(moment)s. Your transaction came after"
        " that: the rule holds."
    ),
    Code.BACKLOG: gettext_lazy(
        "Settlement is back to normal since %(moment)s; what is late is there by %(day)s."
    ),
    Code.BACKLOG_WITHOUT_DATE: gettext_lazy(
        "Settlement is back to normal since %(moment)s; by when what is late is there is not yet"
        " known."
    ),
    Code.RULE_IS_LATER: gettext_lazy("By the rule it is %(day)s, which is later: that day holds."),
    Code.FEE: gettext_lazy(
        "Fee on %(amount)s yuan at %(rate)s: %(fee)s yuan, an effective %(effective)s%%."
    ),
    Code.FEE_CHANGE: gettext_lazy("The fee is %(rate)s since %(day)s."),
    Code.FEE_WAIVER: gettext_lazy(
        "Fee waiver, for %(transactions)s: %(share)s of the fee is waived."
    ),
    Code.FEE_WAIVED: gettext_lazy("Waived: %(waived)s yuan. You pay %(to_pay)s yuan."),
    Code.CORRECTED: gettext_lazy(
        "Statement No. %(number)s was corrected later: please read that as well."
    ),
    Code.OTHER_PRODUCTS: gettext_lazy(
        "A delay concerns certain products only. Choose yours to see whether it is among them."
    ),
    Code.PAST: gettext_lazy(
        "This day is past. If the money is not there, check the account it is paid to, then call"
        " the hotline."
    ),
    Code.AFTER_HOLIDAY: gettext_lazy(
        "On the first day after a holiday banks have much to do: it may be later in the day."
    ),
    Code.MINIMUM_PAYOUT: gettext_lazy(
        "Below your minimum payout amount the money waits until there is enough."
    ),
    Code.CARD_LIMIT: gettext_lazy(
        "A Class II bank account has a daily limit: what goes beyond it is paid later."
    ),
    Code.RISK_CHECK: gettext_lazy(
        "A transaction that is held for a risk check is paid once that is done."
    ),
}


@singledispatch
def shown(value: object) -> str:
    """A fact as readers see it."""
    return str(value)


@shown.register
def _text(value: Mapping) -> str:  # type: ignore[type-arg]  # singledispatch wants the bare type
    return in_language(value, get_language() or CHINESE)


@shown.register
def _day(value: date) -> str:
    written = date_format(value, pgettext("date format", "j M Y"))
    names = {"day": written, "weekday": WEEKDAYS[value.weekday()]}
    return pgettext("day and weekday", "%(weekday)s %(day)s") % names


@shown.register
def _moment(value: datetime) -> str:
    return date_format(timezone.localtime(value), pgettext("date format", "j M Y, H:i"))


@shown.register
def _clock(value: time) -> str:
    return f"{value:%H:%M}"


@shown.register
def _amount(value: Decimal) -> str:
    return yuan(value)


def step_text(code: Code, facts: Mapping[str, object]) -> str:
    """A step in words."""
    return str(TEXTS[code]) % {name: shown(fact) for name, fact in facts.items()}


def _meaning(cycle: Cycle) -> str:
    worded: str = _MEANINGS[cycle.basis](cycle.offset)
    return worded % {"days": cycle.offset}


def _who(category: str | Promise, product: Mapping[str, str] | None) -> str:
    if product is None:
        return str(category)
    return f"{category} · {shown(product)}"


def _waived_share(percent: str | None, amount: str | None) -> str:
    """A share of the fee, or an amount at most: a waiver says one of them."""
    if percent is not None:
        return f"{percent}%"
    return _("up to %(amount)s yuan") % {"amount": yuan(Decimal(amount or 0))}


# Facts that are worded when they are read, in the reader's language.
meaning = lazily(_meaning, str)
who = lazily(_who, str)
those_transactions = lazily(transactions, str)
waived_share = lazily(_waived_share, str)


def _workdays(offset: int) -> str:
    if offset == 0:
        return _("the same day where that is a settlement workday, else on the next one")
    return ngettext(
        "on the next settlement workday after the transaction",
        "on settlement workday no. %(days)d after the transaction",
        offset,
    )


def _calendar_days(offset: int) -> str:
    if offset == 0:
        return _("the same day, holidays included")
    return ngettext(
        "the next day, holidays included", "%(days)d days later, holidays included", offset
    )


_MEANINGS: Final[Mapping[Basis, Any]] = {
    Basis.SETTLEMENT_WORKDAY: _workdays,
    Basis.CALENDAR_DAY: _calendar_days,
}
BY: Final = {
    DateMeans.CREDIT: gettext_lazy("Expected to arrive on %(day)s by %(time)s"),
    DateMeans.PAYOUT: gettext_lazy("Expected to be paid out on %(day)s by %(time)s"),
}
ON: Final = {
    DateMeans.CREDIT: gettext_lazy("Expected to arrive on %(day)s"),
    DateMeans.PAYOUT: gettext_lazy("Expected to be paid out on %(day)s"),
}
LATE_BY: Final = {
    DateMeans.CREDIT: gettext_lazy("Late: expected to arrive by %(day)s"),
    DateMeans.PAYOUT: gettext_lazy("Late: expected to be paid out by %(day)s"),
}
WITHOUT_DATE: Final = {
    DateStatus.NOT_YET_KNOWN: gettext_lazy("Late, and the day of arrival is not yet known"),
    DateStatus.NOT_PUBLISHED: gettext_lazy(
        "No date yet: the holidays of %(year)s are not published by the State Council"
    ),
    DateStatus.NO_RULE: gettext_lazy("No date: there is no settlement rule for this"),
}
