"""A rule's terms, before and after, in the active language."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from statuspage.calendar.selectors import profiles
from statuspage.notices.cycles import say_cycle
from statuspage.notices.fields import Payload, Table
from statuspage.notices.phrases import (
    WEEKDAYS,
    duration_said,
    money,
    short_day,
    short_day_and_weekday,
    short_moment,
)
from statuspage.settlement.cycles import AfterCutoff
from statuspage.settlement.models import DateMeans
from statuspage.statements.texts import for_reader
from statuspage.statements.times import from_iso

NOTHING: Final = pgettext_lazy("a term of a rule", "none")
# What a rule without the term says.
WITHOUT: Final[Mapping[str, str | Promise]] = {
    "cutoff": pgettext_lazy("a term of a rule", "none (natural days)"),
    "payout_calendar": pgettext_lazy("a term of a rule", "none (paid every day)"),
}
LABELS: Final[Mapping[str, str | Promise]] = {
    "cycle": gettext_lazy("Settlement cycle"),
    "opens": pgettext_lazy("a term of a rule", "Opens at"),
    "cutoff": gettext_lazy("Cut-off"),
    "after_cutoff": gettext_lazy("Transactions after the cut-off"),
    "usual_arrival": gettext_lazy("Usual time"),
    "within": pgettext_lazy("a term of a rule", "Within"),
    "date_means": gettext_lazy("The date means"),
    "payout_calendar": gettext_lazy("Not paid on closed days of"),
    "minimum": gettext_lazy("Minimum payout"),
}

# What happens on a day, by the rule that decides.
ON: Final[Mapping[str, str | Promise]] = {
    DateMeans.CREDIT: pgettext_lazy("on a day", "arrives %(day)s"),
    DateMeans.PAYOUT: pgettext_lazy("on a day", "paid out %(day)s"),
}


def before_and_after(payload: Payload) -> Iterator[Table]:
    """Yield the terms side by side, if there was a rule before."""
    before = payload["before"]
    if not before:
        return
    columns = [_("Term"), _("Until now"), _from(payload)]
    rows = [
        [label, said, pgettext("a term of a rule", "unchanged") if said == then else then]
        for label, said, then in _compared(before, payload)
    ]
    yield Table(_("Before and after"), columns, rows)


def worked_examples(payload: Payload) -> Iterator[Table]:
    """Yield the table of examples, without the column of a rule that there was not."""
    found = payload["examples"] or []
    known = any(one["before"] is not None for one in found)
    columns = [_("Transaction"), *([_("Until now")] if known else []), _from(payload)]
    rows = [
        [
            _transaction(one),
            *([_arrives(one["before"])] if known else []),
            _arrives(one["after"]),
        ]
        for one in found
    ]
    if rows:
        yield Table(_("Worked examples"), columns, rows)


def changes(payload: Payload) -> Iterator[str]:
    """Yield a sentence for each term that changes, save for the cycle, which is said before."""
    before = payload["before"]
    if not before:
        return
    said = pgettext("a changed term of a rule", "%(term)s: %(before)s → %(after)s.")
    for label, earlier, later in _compared(before, payload):
        if earlier != later and label != LABELS["cycle"]:
            yield said % {"term": label, "before": earlier, "after": later}


def _compared(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str | Promise, str, str]]:
    """Yield each term's label and what it was and becomes; what neither rule has is left out."""
    for name, label in LABELS.items():
        if before.get(name) is not None or after.get(name) is not None:
            yield label, term_said(name, before), term_said(name, after)


def term_said(name: str, terms: Mapping[str, Any]) -> str:
    """Return a term in words; without it, that there is none."""
    value = terms.get(name)
    if value is None:
        return str(WITHOUT.get(name, NOTHING))
    if name == "after_cutoff" and terms.get("fallback"):
        return _("follow %(cycle)s") % {"cycle": say_cycle(terms["fallback"])}
    return str(SAID.get(name, str)(value))


def terms_said(terms: Mapping[str, Any]) -> dict[str, str]:
    """Return the terms that a rule has, in words, by name."""
    return {name: term_said(name, terms) for name in LABELS if terms.get(name) is not None}


def _calendar(code: str) -> str:
    names = {one.code: one.name for one in profiles()}
    return for_reader(names[code]) if code in names else code


SAID: Final[Mapping[str, Any]] = {
    "cycle": say_cycle,
    "after_cutoff": lambda value: str(AfterCutoff(value).label),
    "within": duration_said,
    "date_means": lambda value: str(DateMeans(value).label),
    "payout_calendar": _calendar,
    "minimum": money,
}


def _from(payload: Payload) -> str:
    return _("From %(day)s") % {"day": short_day(payload["valid_from"])}


def _transaction(one: Mapping[str, Any]) -> str:
    at = from_iso(one["at"])
    values = {"moment": short_moment(one["at"]), "weekday": _weekday(at)}
    if one["holiday"]:
        said = pgettext("a transaction", "%(moment)s (%(weekday)s), before %(holiday)s")
        return said % {**values, "holiday": for_reader(one["holiday"])}
    return pgettext("a transaction", "%(moment)s (%(weekday)s)") % values


def _arrives(found: Mapping[str, Any] | None) -> str:
    if not found:
        return _("not yet known")
    day = short_day_and_weekday(found["day"])
    when = f"{day} {found['time']}" if found["time"] else day
    return str(ON[found.get("means", DateMeans.CREDIT)]) % {"day": when}


def _weekday(at: datetime) -> str:
    return str(WEEKDAYS[timezone.localtime(at).weekday()])
