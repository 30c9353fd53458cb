"""The types of values that only the notice of a settlement rule has, and what can be removed."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.notices.phrases import duration_said, listed
from statuspage.notices.values import COUNT, STRING, Value
from statuspage.settlement.terms import LONGEST_DURATION, TOO_LONG
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice


class Removable(TextChoices):
    """A term that a new rule can drop; its value is the name of the field."""

    CUTOFF = "cutoff", pgettext_lazy("removed from a rule", "No cut-off: natural days")
    OPENS = "opens", pgettext_lazy("removed from a rule", "No opening: open from midnight")
    USUAL_ARRIVAL = "usual_arrival", pgettext_lazy("removed from a rule", "No usual time")
    WITHIN = "within", pgettext_lazy("removed from a rule", "No duration")
    PAYOUT_CALENDAR = (
        "payout_calendar",
        pgettext_lazy("removed from a rule", "Paid every day, also on closed days"),
    )
    MINIMUM = "minimum", pgettext_lazy("removed from a rule", "No minimum payout")


def _removed(value: object) -> Json:
    """Return the names in the order of the enumeration, None for none."""
    if not isinstance(value, list):
        raise ValidationError(_("Enter a list of names."), code="several")
    chosen = {clean_choice(Removable, one) for one in value}
    return [str(one) for one in Removable if one in chosen] or None


def _computed(kind: type) -> Any:
    def parse(value: object) -> Json:
        if not isinstance(value, kind):
            raise ValidationError(_("This is computed: leave it out."), code="computed")
        return value  # type: ignore[return-value]

    return parse


def _minutes(value: object) -> Json:
    minutes = int(str(COUNT.parse(value)))
    if not 1 <= minutes <= LONGEST_DURATION:
        raise ValueError("too long")
    return minutes


REMOVED: Final = Value(
    "several",
    _removed,
    lambda value: listed(str(Removable(one).label) for one in value),
    {"type": "array", "items": {**STRING, "enum": list(Removable.values)}},
    choices=lambda: [(str(value), label) for value, label in Removable.choices],
)
MINUTES: Final = Value(
    "count",
    _minutes,
    duration_said,
    {"type": "integer", "minimum": 1, "maximum": LONGEST_DURATION, "example": 120},
    TOO_LONG,
)
# Both are written by the server and overwritten whatever a caller sends.
RULE_TERMS: Final = Value("object", _computed(dict), schema={"type": "object", "readOnly": True})
EXAMPLES: Final = Value(
    "objects",
    _computed(list),
    schema={"type": "array", "items": {"type": "object"}, "readOnly": True},
)
