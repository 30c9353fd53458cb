"""The parts of a kind of notice: the fields of its payload, and its lines and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.notices.phrases import money, short_day
from statuspage.notices.values import Value
from statuspage.statements.canonical import Json
from statuspage.statements.placeholders import check_filled_in
from statuspage.statements.texts import CHINESE
from statuspage.statements.times import from_iso

Payload = Mapping[str, Any]

NOT_KNOWN: Final = _("Not yet known")
IN_THE_PAST: Final = _("This day has passed. Enter today or a later day.")
IN_THE_FUTURE: Final = _("This has not happened yet. Enter a time that has passed.")
# A day that is further away is as a rule a slip of the pen in the year.
FAR_AHEAD: Final = timedelta(days=180)
LONG_AGO: Final = timedelta(days=3 * 365)
IS_FAR: Final = _("%(day)s is more than half a year away. Is the year right?")
WAS_LONG_AGO: Final = _("%(day)s is more than three years ago. Is the year right?")
# The payouts of a whole day, or a digit too many.
HUGE: Final = Decimal(1_000_000_000)
IS_HUGE: Final = _("%(amount)s is a billion yuan or more. Is the amount right?")
TIMES: Final = frozenset({"date", "moment"})


@dataclass(frozen=True)
class Line:
    """A label and its text; `notice` is the public id of another notice that the text names."""

    label: str | Promise
    text: str | Promise
    language: str = ""
    notice: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return the line as the log keeps it, in the active language, without empty parts."""
        more = {"lang": self.language, "notice": self.notice}
        kept = {name: value for name, value in more.items() if value}
        return {"label": str(self.label), "text": str(self.text), **kept}


@dataclass(frozen=True)
class Table:
    """Figures that a notice gives; the first cell of each row is its heading."""

    caption: str | Promise
    columns: Sequence[str | Promise]
    rows: Sequence[Sequence[str | Promise]]

    def as_json(self) -> dict[str, Json]:
        """Return the table as the log keeps it, in the active language."""
        return {
            "caption": str(self.caption),
            "columns": [*map(str, self.columns)],
            "rows": [[*map(str, row)] for row in self.rows],
        }


@dataclass(frozen=True)
class PayloadField:
    """One value of a notice's payload.

    `unknown` is shown for a value that was left out; without it, nothing is. A `derived` value is
    computed, not typed in. It must not be earlier than the field that `not_before` names. One that
    is not `listed` is not among the details of the page, for example because a table shows it.
    `shown_as` is its label there, if the form's label differs, which may name the unit. A time
    that is `ahead` is a promise, and one that is `done` has happened, when it is published.
    `empty` names the choice of nothing, where that is not “Not chosen”.
    """

    name: str
    label: str | Promise
    value: Value
    required: bool = True
    unknown: str | Promise = ""
    help: str | Promise = ""
    derived: bool = False
    not_before: str = ""
    listed: bool = True
    shown_as: str | Promise = ""
    ahead: bool = False
    done: bool = False
    empty: str | Promise = ""

    def is_past(self, value: Any, moment: datetime) -> bool:
        """Return whether a date is before that of the moment, or a time before the moment."""
        if self.value.name == "date":
            return date.fromisoformat(value) < timezone.localdate(moment)
        return from_iso(value) < moment

    def problem_at(self, value: Any, moment: datetime) -> str | Promise:
        """Return why the value cannot be published at that moment; empty if it can."""
        if self.ahead and self.is_past(value, moment):
            return IN_THE_PAST
        return IN_THE_FUTURE if self.done and self.is_to_come(value, moment) else ""

    def oddity(self, value: Any, moment: datetime) -> str:
        """Return the warning about a far time or a huge amount; empty if it is neither."""
        if value is not None and self.value.name == "amount" and Decimal(value) >= HUGE:
            return str(IS_HUGE) % {"amount": money(value)}
        if value is None or self.value.name not in TIMES:
            return ""
        return far_away(value, moment)

    def is_to_come(self, value: Any, moment: datetime) -> bool:
        """Return whether a date is after that of the moment, or a time after the moment."""
        if self.value.name == "date":
            return date.fromisoformat(value) > timezone.localdate(moment)
        return from_iso(value) > moment

    def read(self, value: object) -> Json:
        """Return the value in its canonical form, None where it is left out.

        Raises:
            ValidationError: it is not such a value, or missing although required.
        """
        if value is not None and value != "":
            return self.value.read(value)
        if self.required:
            raise ValidationError(_("This field is required."), code="required")
        return None

    def line(self, value: Any) -> Line | None:
        """Return the line about the value for a page, or None if there is none."""
        label = self.shown_as or self.label
        if value is None:
            return Line(label, self.unknown) if self.unknown else None
        language = get_language()
        falls_back = self.value.name == "text" and language != CHINESE and not value.get(language)
        return Line(
            label,
            self.value.say(value),
            language=CHINESE if falls_back else "",
            notice=value if self.value.name == "notice" else "",
        )


def far_away(written: str, moment: datetime) -> str:
    """Return the warning about an ISO day or time far from that moment; empty if it is not."""
    is_time = "T" in written
    day = timezone.localdate(from_iso(written)) if is_time else date.fromisoformat(written)
    away = day - timezone.localdate(moment)
    if -LONG_AGO <= away <= FAR_AHEAD:
        return ""
    return str(IS_FAR if away > FAR_AHEAD else WAS_LONG_AGO) % {"day": short_day(day.isoformat())}


optional: Final = partial(PayloadField, required=False)


def check_words(fields: Sequence[PayloadField], payload: Payload) -> None:
    """Raise ValidationError where a text of the payload has a placeholder left."""
    for one in fields:
        if one.value.name == "text" and payload[one.name]:
            check_filled_in(payload[one.name])
