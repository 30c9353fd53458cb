"""The types of values that only the notice of a settlement rule has, and what can be removed."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.notices.phrases import duration_said, listed
from statuspage.notices.values import COUNT, STRING, Value
from statuspage.settlement.terms import LONGEST_DURATION, TOO_LONG
from statuspage.statements.canonical import Json
from statuspage.statements.choices import one_of

# The terms that a new rule can drop, by the name of their field.
REMOVABLE: Final[Mapping[str, str | Promise]] = {
    "cutoff": pgettext_lazy("removed from a rule", "No cut-off: natural days"),
    "opens": pgettext_lazy("removed from a rule", "No opening: open from midnight"),
    "usual_arrival": pgettext_lazy("removed from a rule", "No usual time"),
    "within": pgettext_lazy("removed from a rule", "No duration"),
    "payout_calendar": pgettext_lazy("removed from a rule", "Paid every day, also on closed days"),
    "minimum": pgettext_lazy("removed from a rule", "No minimum payout"),
}


def _removed(value: object) -> Json:
    """Return the names in the order above, None for none."""
    if not isinstance(value, list):
        raise ValidationError(_("Enter a list of names."), code="several")
    chosen = {one_of(list(REMOVABLE), one) for one in value}
    return [one for one in REMOVABLE if one in chosen] or None


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
    lambda value: listed(str(REMOVABLE[one]) for one in value),
    {"type": "array", "items": {**STRING, "enum": list(REMOVABLE)}},
    choices=lambda: list(REMOVABLE.items()),
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
