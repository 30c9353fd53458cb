"""What a kind of notice is made of: the fields of its payload, and the lines and tables it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.notices.values import Value
from statuspage.statements.canonical import Json
from statuspage.statements.texts import CHINESE

Payload = Mapping[str, Any]

NOT_KNOWN: Final = _("Not yet known")


@dataclass(frozen=True)
class Line:
    """A label and its text; `notice` is the public id of another notice that the text names."""

    label: str | Promise
    text: str | Promise
    language: str = ""
    notice: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return it as the log keeps it, in the active language, without what is empty."""
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
        """Return it as the log keeps it, in the active language."""
        return {
            "caption": str(self.caption),
            "columns": [*map(str, self.columns)],
            "rows": [[*map(str, row)] for row in self.rows],
        }


@dataclass(frozen=True)
class PayloadField:
    """One value of a notice's payload.

    `unknown` is said where it was left out; without that, nothing is. A `derived` value is worked
    out and not typed in. It must not be earlier than the field that `not_before` names. One that
    is not `listed` is missing in the details of the page: a table, say, shows it. `shown_as` is the
    label there where it is another one: a form's names the unit, which the value then shows.
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

    def read(self, value: object) -> Json:
        """Return the value in its canonical form, None where it is left out.

        Raises:
            ValidationError: it is no such value, or left out although required.
        """
        if value is not None and value != "":
            return self.value.read(value)
        if self.required:
            raise ValidationError(_("This field is required."), code="required")
        return None

    def line(self, value: Any) -> Line | None:
        """Return what a page says of the value, None where it says nothing."""
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


optional: Final = partial(PayloadField, required=False)
