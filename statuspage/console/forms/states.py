"""A select for the state of each component, in a form and in the form's URL."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import grouped
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident
from statuspage.statements.texts import for_reader

NOT_AFFECTED: Final = _("Not affected")


class ComponentStates:
    """Add one select per component to a form, and read the chosen states."""

    def __init__(
        self,
        form: forms.Form,
        components: Iterable[Component],
        present: Mapping[str, str],
        *,
        prefix: str = "",
        unchosen: Any = NOT_AFFECTED,
    ) -> None:
        """Add the selects; `present` maps public ids to the states to begin with.

        `prefix` tells them from others in the same form; `unchosen` is what leaving one says.
        """
        self.form, self.prefix = form, prefix
        self.components = list(components)
        for component in self.components:
            form.fields[self._name(component)] = forms.ChoiceField(
                label=for_reader(component.name),
                choices=[("", unchosen), *ComponentStatus.choices],
                required=False,
                initial=present.get(component.public_id, ""),
            )

    def claims(self, values: Mapping[str, Any]) -> list[tuple[Component, str]]:
        """Return the components for which a state was chosen."""
        chosen = ((one, values.get(self._name(one))) for one in self.components)
        return [(component, status) for component, status in chosen if status]

    def groups(self) -> list[dict[str, Any]]:
        """Return the selects under the groups of their components."""
        return [
            {
                "name": row.group.name if row.group else None,
                "fields": [self.form[self._name(one)] for one in row.components],
            }
            for row in grouped(self.components)
        ]

    def _name(self, component: Component) -> str:
        return self.prefix + FIELD + component.public_id


FIELD: Final = "component_"


def state_names(states: Mapping[str, str]) -> dict[str, str]:
    """Return the states, which are by public id, by the names of their fields."""
    return {f"{FIELD}{public_id}": status for public_id, status in states.items()}


def chosen_states(query: QueryDict) -> dict[str, str]:
    """Return the valid states in a query string, by public id."""
    return {
        name.removeprefix(FIELD): state
        for name, state in query.items()
        if name.startswith(FIELD) and state in ComponentStatus.values
    }


def changed(components: list[Component], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen states that differ from the present ones."""
    present = {one.public_id: one.status for one in components}
    return {name: state for name, state in chosen.items() if present.get(name, state) != state}


def form_for(target: str, incidents: list[Incident], states: Mapping[str, str]) -> str:
    """Return the URL of the form that would publish these states: a new incident or an update."""
    known = target in {one.public_id for one in incidents}
    path = (
        reverse("console:incident_update", args=[target])
        if known
        else reverse("console:incident_compose")
    )
    return f"{path}?{urlencode({FIELD + name: state for name, state in states.items()})}"
