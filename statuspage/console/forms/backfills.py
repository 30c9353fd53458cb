"""The form of a past incident: when it began and ended, and the updates between."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact
from statuspage.console.forms.compose import NOT_WRITTEN
from statuspage.console.forms.fields import MomentFormField, body_field, name_field
from statuspage.console.forms.incident_base import IncidentForm
from statuspage.console.forms.incidents import impact_field, status_choices
from statuspage.console.forms.states import ComponentStates
from statuspage.incidents.folding import BACKFILLED, BACKFILLED_UPDATE
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.past import (
    MOST_UPDATES,
    PastIncident,
    PastUpdate,
    check_past,
    past_incident,
    states,
)
from statuspage.incidents.services.backfills import (
    past_contents,
    past_incident_enter,
)
from statuspage.lib.database_clock import database_now
from statuspage.staff.models import Staff
from statuspage.statements.documents import Content, Document, Subject, document_of
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text

# The name of a field of the update in that row: update_0_at, update_0_component_….
ROW: Final = re.compile(r"update_(\d{1,3})_(.+)")
ROWS: Final = "rows"
# How many empty rows a new form shows.
ROWS_SHOWN: Final = 2
# A longer form would not be read: Django takes a thousand fields.
MOST_FIELDS: Final = 900
# Of one row, without its states; a text is two of them.
ROW_FIELDS: Final = 5
MORE: Final = "more"
REMOVE: Final = "remove-"
BLANK_CHOICE: Final = [("", "—")]


def arranged(typed: QueryDict) -> QueryDict:
    """Return what was typed with the rows in the order of their times, empty ones last.

    The pressed button may add a row, or remove one.
    """
    found, rows = QueryDict(mutable=True), defaultdict[int, dict[str, list[str]]](dict)
    for name, values in typed.lists():
        if match := ROW.fullmatch(name):
            rows[int(match[1])][match[2]] = values
        else:
            found.setlist(name, values)
    step = typed.get("step", "")
    kept = [row for number, row in sorted(rows.items()) if step != f"{REMOVE}{number}"]
    kept.sort(key=lambda row: row.get("at", [""])[0] or "~")
    for number, row in enumerate(kept):
        for name, values in row.items():
            found.setlist(f"update_{number}_{name}", values)
    found[ROWS] = str(len(kept) + (step == MORE))
    return found


@dataclass(frozen=True)
class UpdateRow:
    """One row of the form: an update before the end, or nothing yet."""

    form: forms.Form
    number: int
    states: ComponentStates

    @property
    def prefix(self) -> str:
        """How the names of its fields in the form begin."""
        return f"update_{self.number}_"

    def name(self, field: str) -> str:
        """Return the name of one of its fields in the form."""
        return f"{self.prefix}{field}"

    def update(self, values: Mapping[str, Any]) -> PastUpdate | None:
        """Return the update from the values that are valid so far; None for an empty row."""
        said = {name: values.get(self.name(name)) for name in ("at", "status", "body", "impact")}
        claims = {one.public_id: status for one, status in self.states.claims(values)}
        if not any(said.values()) and not claims:
            return None
        return cast("PastUpdate", {**said, "components": claims})

    @property
    def fields(self) -> dict[str, forms.BoundField]:
        """The fields other than the states, by their short names."""
        return {name: self.form[self.name(name)] for name in ("at", "status", "body", "impact")}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The selects of states, under the groups of their components."""
        return self.states.groups()

    @property
    def unfolded(self) -> bool:
        """Whether a state is chosen, or wrong."""
        fields = [one for group in self.groups for one in group["fields"]]
        return any(one.value() or one.errors for one in fields)


class BackfillForm(IncidentForm):
    """A past incident; subscribers are notified only if the author asks for it."""

    statement_kind = BACKFILLED
    placed = frozenset({"name", "body", "impact", "started_at", "resolved_at", "told"})

    name = name_field(_("Headline"))
    body = body_field(
        _("Update that says it is over"),
        _("What happened, what it meant for merchants, what was done."),
    )
    started_at = MomentFormField(label=_("Started (Beijing time)"))
    resolved_at = MomentFormField(label=_("Ended (Beijing time)"))
    impact = impact_field()
    told = forms.BooleanField(
        label=_("Notify subscribers"),
        required=False,
        help_text=_(
            "One message when all is entered: it is over. Otherwise it only appears on the page, "
            "in the feeds and in the API."
        ),
    )

    def __init__(self, data: QueryDict | None, *, components: Sequence[Component]) -> None:
        super().__init__(data)
        self.states = ComponentStates(self, components, {})
        self.rows = [self._row(number, components) for number in range(_count(data))]

    def _row(self, number: int, components: Sequence[Component]) -> UpdateRow:
        name, nth = f"update_{number}_", {"n": number + 1}
        self.fields |= {
            f"{name}at": MomentFormField(label=_("Time of update %(n)d") % nth, required=False),
            f"{name}status": forms.ChoiceField(
                label=_("Status at that time (update %(n)d)") % nth,
                choices=[*BLANK_CHOICE, *status_choices(list(IncidentStatus))],
                required=False,
            ),
            f"{name}impact": forms.ChoiceField(
                label=_("Impact from that time (update %(n)d)") % nth,
                choices=[("", _("Unchanged")), *Impact.choices],
                required=False,
            ),
            f"{name}body": body_field(_("Text of update %(n)d") % nth),
        }
        self.fields[f"{name}body"].required = False
        unchanged = ComponentStates(self, components, {}, prefix=name, unchosen=_("Unchanged"))
        return UpdateRow(self, number, unchanged)

    @property
    def may_add(self) -> bool:
        """Whether there is room for another row."""
        states = len(self.states.components)
        sent = (len(self.rows) + 1) * (ROW_FIELDS + states) + states
        return sent < MOST_FIELDS and len(self.rows) + 1 < MOST_UPDATES

    def clean(self) -> dict[str, Any]:
        """Refuse a row that is not complete, and times that are in the future or out of order."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.rows:
            self._complete(row, values)
        if not self.errors:
            self.check(check_past, database_now(), self.said(values))
        return values

    def _complete(self, row: UpdateRow, values: Mapping[str, Any]) -> None:
        update = row.update(values)
        for field in ("at", "status", "body"):
            name = row.name(field)
            if update and not update.get(field) and name not in self.errors:
                required = self.fields[name].error_messages["required"]
                self.add_error(name, ValidationError(required, "required"))

    def said(self, values: Mapping[str, Any]) -> PastIncident:
        """Return the incident with its updates, as the service takes it."""
        given = self.given(values)
        for name in ("resolved_at", "body"):
            given.pop(name, None)
        updates = [update for _row, update in self._placed(values)]
        return cast("PastIncident", {"started_at": None, **given, "updates": updates})

    def _placed(self, values: Mapping[str, Any]) -> list[tuple[UpdateRow | None, PastUpdate]]:
        """Return the updates with their rows; the end, which has none, stands where it happened."""
        at: datetime | None = values.get("resolved_at")
        end = {"at": at, "body": values.get("body") or NOT_WRITTEN}
        filled = [(row, update) for row in self.rows if (update := row.update(values))]
        before = [one for one in filled if not (at and one[1]["at"] and one[1]["at"] > at)]
        after = [one for one in filled if one not in before]
        over = cast("PastUpdate", {**end, "status": IncidentStatus.RESOLVED})
        return [*before, (None, over), *after]

    @cached_property
    def contents(self) -> list[Content]:
        """The content of each statement from the values that are valid so far."""
        now, values = database_now(), self.usable()
        said = self.said(values)
        updates = [_readable(one) for one in said["updates"]]
        shown = cast("PastIncident", {"name": NOT_WRITTEN, **said, "updates": updates})
        claims = [
            dict(row.states.claims(values)) if row and states(update) else {}
            for row, update in self._placed(values)
        ]
        claims[0] = {**self.claims(values), **claims[0]}
        return past_contents(past_incident(shown, now), shown, claims)

    def content(self, now: datetime) -> Content:
        """Return the content of the last statement, which is the one that may be sent."""
        return self.contents[-1]

    def draft(self, number: int) -> Document:
        """Return the last statement as it would be published."""
        return self._document(number, len(self.contents) - 1)

    def _document(self, number: int, place: int) -> Document:
        return document_of(
            number=number + place,
            kind=BACKFILLED_UPDATE if place else BACKFILLED,
            subject=Subject(self.subject_type, self.subject_id),
            content=self.contents[place],
            published_at=database_now(),
        )

    @property
    def earlier(self) -> list[Document]:
        """The statements that are published with the last one, oldest first, for the preview."""
        return [self._document(0, place) for place in range(len(self.contents) - 1)]

    @property
    def together(self) -> int:
        """How many statements it publishes."""
        return len(self.contents)

    def publish(self, author: Staff) -> Statement:
        """Publish all statements, and return the last."""
        return past_incident_enter(author=author, **self.said(self.cleaned_data))[-1]

    def field_for(self, name: str) -> str | None:
        """Return the form's field for what the service refuses."""
        match = re.fullmatch(r"updates\.(\d+)\.(\w+)", name)
        if not match:
            return super().field_for(name)
        row, _update = self._placed(self.cleaned_data)[int(match[1])]
        field = match[2]
        if row is None:
            return super().field_for("body" if field == "body" else "resolved_at")
        found = row.name(field)
        return found if found in self.fields else row.name("status")


def _count(data: QueryDict | None) -> int:
    """Return how many rows the form has; `arranged` wrote the number."""
    if data is None:
        return ROWS_SHOWN
    count = data.get(ROWS, "")
    return int(count) if re.fullmatch("[0-9]{1,3}", count) else 0


def _readable(update: PastUpdate) -> PastUpdate:
    """Return an update that a preview can show, however little of it is written."""
    body: Text = update.get("body") or NOT_WRITTEN
    status = update.get("status") or IncidentStatus.INVESTIGATING
    return {**update, "status": status, "body": body}
