"""What a new settlement rule changes, and what it keeps of the rule in force.

One rule for console and API: a term that is left out, empty or null stays as in force; what is
named in `without` is dropped.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import amount_json
from statuspage.notices.fields import Payload
from statuspage.notices.models import Notice
from statuspage.settlement.cycles import SHANGHAI, AfterCutoff
from statuspage.settlement.models import DateMeans, SettlementRule
from statuspage.settlement.rules import EVERY_PRODUCT, rule_for, rule_without
from statuspage.statements.canonical import Json

# In the order in which people read them.
TERMS: Final = (
    "cycle",
    "opens",
    "cutoff",
    "after_cutoff",
    "fallback",
    "usual_arrival",
    "within",
    "date_means",
    "payout_calendar",
    "minimum",
)
# They mean something only beside a cut-off.
OF_THE_CUTOFF: Final = ("after_cutoff", "fallback")


def rule_before(payload: Mapping[str, Any], as_of: datetime | None = None) -> SettlementRule | None:
    """Return the rule that the transactions of the first day follow until now, if any."""
    first = datetime.combine(date.fromisoformat(payload["valid_from"]), time(), SHANGHAI)
    return rule_for(payload["category"], payload["product"] or EVERY_PRODUCT, first, as_of)


def rule_again(notice: Notice, moment: datetime) -> Payload | None:
    """Return the payload that says what holds once this notice of a rule is withdrawn.

    It is about what is still to come of its transactions. None where nothing is, or where no
    other rule is in force.
    """
    given, today = notice.payload, moment.astimezone(SHANGHAI).date().isoformat()
    first, last = max(given["valid_from"], today), given["valid_until"]
    added = SettlementRule.objects.filter(statement__subject_id=notice.public_id).first()
    if added is None or added.statement is None or (last and last < today):
        return None
    at = datetime.combine(date.fromisoformat(first), time(), SHANGHAI)
    found = rule_without(added.statement, added.category, added.product, at)
    if found is None:
        return None
    terms = {**dict.fromkeys(TERMS), **terms_of(found)}
    before = terms_of(rule_before({**given, "valid_from": first}))
    return {**given, **terms, "valid_from": first, "before": before or None, "examples": None}


def terms_of(rule: SettlementRule | None) -> dict[str, Json]:
    """Return a rule's terms as a notice's payload writes them; empty without a rule."""
    if rule is None:
        return {}
    return {
        "cycle": rule.cycle,
        "opens": _clock(rule.opens),
        "cutoff": _clock(rule.cutoff),
        "after_cutoff": rule.after_cutoff if rule.cutoff else None,
        "fallback": rule.fallback or None,
        "usual_arrival": _clock(rule.usual_arrival),
        "within": rule.within,
        "date_means": rule.date_means,
        "payout_calendar": rule.payout_calendar.code if rule.payout_calendar else None,
        "minimum": None if rule.minimum is None else amount_json(rule.minimum),
    }


def completed_terms(payload: Payload, held: Mapping[str, Any]) -> dict[str, Json]:
    """Return the whole rule: what was entered, and of the rest what is in force.

    Raises:
        ValidationError: by field, a term is both entered and removed.
    """
    removed = payload["without"] or []
    entered = {name: payload[name] for name in TERMS}
    # A form begins with the terms in force: whoever removes one did not enter it.
    dropped = set(removed) | (set(OF_THE_CUTOFF) if "cutoff" in removed else set())
    both = {name for name in dropped if entered[name] not in {None, held.get(name)}}
    if both:
        raise ValidationError(
            dict.fromkeys(both, _("You entered this and also removed it. Choose one."))
        )
    terms = {
        name: None if name in dropped else _first(entered[name], held.get(name)) for name in TERMS
    }
    terms["date_means"] = terms["date_means"] or str(DateMeans.CREDIT)
    return {**terms, **_after_cutoff(terms, entered, held)}


def _after_cutoff(
    terms: Mapping[str, Any], entered: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Json]:
    """Return what follows the cut-off; the cycle in force is kept only where it is still used."""
    after = terms["after_cutoff"]
    if terms["cutoff"] and after is None:
        after = str(AfterCutoff.ACCOUNTING_NEXT_DAY)
    if after == AfterCutoff.FALLBACK_CYCLE or entered["fallback"] not in {
        None,
        held.get("fallback"),
    }:
        return {"after_cutoff": after, "fallback": terms["fallback"]}
    return {"after_cutoff": after, "fallback": None}


def new_rule(payload: Payload) -> dict[str, Any]:
    """Return a completed payload as the arguments of rules.rule_add, without days and statement."""
    return {
        "category": payload["category"],
        "product": payload["product"] or EVERY_PRODUCT,
        "cycle": payload["cycle"],
        "cutoff": _time(payload["cutoff"]),
        "after_cutoff": payload["after_cutoff"] or AfterCutoff.ACCOUNTING_NEXT_DAY,
        "fallback": payload["fallback"] or "",
        "usual_arrival": _time(payload["usual_arrival"]),
        "opens": _time(payload["opens"]),
        "within": payload["within"],
        "payout_calendar": payload["payout_calendar"] or "",
        "minimum": _amount(payload["minimum"]),
        "date_means": payload["date_means"],
    }


def _first(entered: Json, held: Json) -> Json:
    return held if entered is None else entered


def _clock(clock: time | None) -> str | None:
    return f"{clock:%H:%M}" if clock else None


def _time(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None


def _amount(written: str | None) -> Decimal | None:
    return Decimal(written) if written else None
