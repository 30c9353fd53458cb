"""Form fields for the facts of an incident's statement that a correction can correct."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact
from statuspage.console.forms.fields import MomentFormField, name_field
from statuspage.console.forms.states import ComponentStates
from statuspage.incidents.corrections import present_facts
from statuspage.incidents.holding import OPERATIONAL
from statuspage.incidents.said import said_about
from statuspage.statements.models import Statement
from statuspage.statements.standing import COMPONENTS

PREFIX: Final = "fact_"


class FactFields:
    """Add one field for each fact of a statement, and read those that were changed."""

    def __init__(self, form: forms.Form, statement: Statement) -> None:
        """Add the fields, each with the value that stands now; none for other subjects."""
        self.form = form
        self.present = _present(statement)
        self.states: ComponentStates | None = None
        for name in FIELDS.keys() & self.present.keys():
            form.fields[field_of(name)] = FIELDS[name](self.present[name])
        if COMPONENTS in self.present:
            shown = Component.objects.filter(visible=True).select_related("group")
            self.states = ComponentStates(form, shown, self.present[COMPONENTS])

    def __bool__(self) -> bool:
        return bool(self.present)

    @property
    def fields(self) -> list[forms.BoundField]:
        """The fields in the order of the page, without those of components."""
        return [self.form[field_of(name)] for name in FIELDS if field_of(name) in self.form.fields]

    def changed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts that differ from what stands now, by name."""
        found = {
            name: values[field_of(name)]
            for name in FIELDS
            if values.get(field_of(name)) and not self._same(name, values[field_of(name)])
        }
        states = self._states(values)
        return {**found, COMPONENTS: states} if states else found

    def _same(self, name: str, value: Any) -> bool:
        """Return whether a field shows what stands now; times are shown to the minute."""
        present = self.present[name]
        if isinstance(present, datetime):
            present = present.replace(second=0, microsecond=0)
        return bool(value == present)

    def _states(self, values: Mapping[str, Any]) -> dict[str, str]:
        if self.states is None:
            return {}
        present = self.present[COMPONENTS]
        chosen = {one.public_id: str(status) for one, status in self.states.claims(values)}
        # What is named and was not affected after all was operational.
        right = {**dict.fromkeys(present, OPERATIONAL), **chosen}
        return {one: status for one, status in right.items() if present.get(one) != status}


def field_of(name: str) -> str:
    """Return the name of the form's field for a fact; that of other arguments is their own."""
    return PREFIX + name if name in FIELDS else name


def _present(statement: Statement) -> dict[str, Any]:
    if statement.subject_type != "incident":
        return {}
    said = said_about("incident", [statement.subject_id])[statement.subject_id]
    return present_facts(said, statement.number)


def _headline(value: Any) -> forms.Field:
    field = name_field(_("Headline"))
    field.initial, field.required = value, False
    return field


def _impact(value: Any) -> forms.Field:
    return forms.ChoiceField(
        label=_("Impact"), choices=Impact.choices, initial=value, required=False
    )


def _started(value: Any) -> forms.Field:
    return MomentFormField(label=_("Started at"), initial=value, required=False)


def _promised(value: Any) -> forms.Field:
    return MomentFormField(label=_("Next update by"), initial=value, required=False)


FIELDS: Final[Mapping[str, Any]] = {
    "name": _headline,
    "started_at": _started,
    "impact": _impact,
    "next_update_by": _promised,
}
