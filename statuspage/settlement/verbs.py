"""The verb for a date on which money comes: credited, paid out, or, where both are meant, settled.

A rule promises the one or the other (DateMeans). What is said of merchants with different rules at
once uses the third, which is right of each of them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from statuspage.notices.audience import Audience, addresses
from statuspage.settlement.models import DateMeans
from statuspage.settlement.rules import rules_on
from statuspage.statements.canonical import Json

# Where a notice's statement keeps the verb.
KEY: Final = "date_means"


class Verb(StrEnum):
    """What happens on a date; the first two are what a rule says."""

    CREDIT = str(DateMeans.CREDIT)
    PAYOUT = str(DateMeans.PAYOUT)
    SETTLED = "settled"


def verb_of(means: Iterable[str]) -> Verb:
    """Return the verb for dates that mean this; without any, that of a rule by default."""
    found = set(means)
    if len(found) > 1:
        return Verb.SETTLED
    return Verb(found.pop()) if found else Verb.CREDIT


def verb_json(audience: Audience, day: date, moment: datetime) -> dict[str, Json]:
    """Return what a notice's statement keeps: the verb of the rules of those whom it is for.

    Nothing for the one by default, which statements of before there was a choice have.
    """
    means = {
        one.date_means
        for one in rules_on(day, moment)
        if addresses(audience, one.category, one.product, one.cycle)
    }
    verb = verb_of(means)
    return {} if verb is Verb.CREDIT else {KEY: str(verb)}


def kept_verb(payload: Mapping[str, Any]) -> Verb:
    """Return the verb that the statement keeps."""
    return Verb(payload.get(KEY, Verb.CREDIT))
