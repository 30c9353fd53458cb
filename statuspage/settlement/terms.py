"""What the terms of a settlement rule must fulfil together; both doors and the service ask here."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.cycles import AfterCutoff, Basis, Cycle

# In minutes. Who needs longer promises a usual time.
LONGEST_DURATION: Final = 720

NO_BASE: Final = _("The base rule is the one for every product: choose a product, or another way.")
NO_CUTOFF: Final = _("Enter the time from which the base rule applies.")
OPENS_LATE: Final = _("The opening must be before the cut-off.")
NOT_SAME_DAY: Final = _(
    "Only T+0 and D+0 can promise a duration. Tick “No duration”, or change it."
)
TOO_LONG: Final = _("Enter 1 to 720 minutes.")
BEYOND_THE_DAY: Final = _(
    "Counted from the opening, this ends on the next day. Enter an earlier opening or a shorter "
    "duration."
)
TWO_TIMES: Final = _("A rule promises a usual time or a duration, not both. Remove one of them.")
NOT_D: Final = _(
    "Only D cycles can rest on a calendar's closed days: the others count settlement workdays "
    "already."
)
NO_AMOUNT: Final = _("Enter more than zero.")


def term_problems(terms: Mapping[str, Any]) -> dict[str, str | Promise]:
    """Return what is impossible, by field; empty if the terms fit together.

    `terms` are the arguments of rules.rule_add, with a canonical cycle.
    """
    found = (_after_cutoff(terms), _window(terms), _duration(terms), _closed_days(terms))
    return {name: problem for problems in found for name, problem in problems.items()}


def _after_cutoff(terms: Mapping[str, Any]) -> dict[str, str | Promise]:
    if terms["after_cutoff"] != AfterCutoff.BASE_RULE:
        return {}
    if terms["cutoff"] is None:
        return {"cutoff": NO_CUTOFF}
    return {} if terms["product"] else {"after_cutoff": NO_BASE}


def _window(terms: Mapping[str, Any]) -> dict[str, str | Promise]:
    opens, cutoff = terms["opens"], terms["cutoff"]
    return {"opens": OPENS_LATE} if opens and cutoff and opens >= cutoff else {}


def _duration(terms: Mapping[str, Any]) -> dict[str, str | Promise]:
    within = terms["within"]
    if within is None:
        return {}
    if not 1 <= within <= LONGEST_DURATION:
        return {"within": TOO_LONG}
    if not Cycle.parse(terms["cycle"]).same_day:
        return {"within": NOT_SAME_DAY}
    if terms["usual_arrival"]:
        return {"within": TWO_TIMES}
    opening = datetime.combine(date.min, terms["opens"] or time())
    ends = opening + timedelta(minutes=within)
    return {"within": BEYOND_THE_DAY} if ends.date() > date.min else {}


def _closed_days(terms: Mapping[str, Any]) -> dict[str, str | Promise]:
    found: dict[str, str | Promise] = {}
    if terms["payout_calendar"] and Cycle.parse(terms["cycle"]).basis is not Basis.CALENDAR_DAY:
        found["payout_calendar"] = NOT_D
    if terms["minimum"] is not None and terms["minimum"] <= 0:
        found["minimum"] = NO_AMOUNT
    return found
