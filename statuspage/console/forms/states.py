"""A select per component: the state in which a statement puts it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import grouped
from statuspage.components.statuses import ComponentStatus
from statuspage.statements.texts import in_language


@dataclass(frozen=True)
class StateGroup:
    """A heading and the selects below it."""

    name: Mapping[str, str] | None
    fields: list[BoundField]


class ComponentStates:
    """Adds one select per component to a form, and reads them back."""

    def __init__(
        self, form: forms.Form, components: Iterable[Component], present: Mapping[str, str]
    ) -> None:
        """`present` maps public ids to the states to begin with."""
        self.form = form
        self.components = list(components)
        for component in self.components:
            form.fields[_name(component)] = _select(component, present.get(component.public_id))

    def claims(self, values: Mapping[str, Any]) -> list[tuple[Component, str]]:
        """The components for which a state was chosen."""
        chosen = ((one, values.get(_name(one))) for one in self.components)
        return [(component, status) for component, status in chosen if status]

    def groups(self) -> list[StateGroup]:
        """The selects as the page shows the components: under their groups."""
        return [
            StateGroup(
                name=row.group.name if row.group else None,
                fields=[self.form[_name(one)] for one in row.components],
            )
            for row in grouped(self.components)
        ]


def _name(component: Component) -> str:
    return f"component_{component.public_id}"


def _select(component: Component, present: str | None) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=in_language(component.name, get_language() or ""),
        choices=[("", _("Not affected")), *ComponentStatus.choices],
        required=False,
        initial=present or "",
    )
