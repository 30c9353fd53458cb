"""What every form about an incident has: its words, and the state of each component."""

from collections.abc import Mapping
from typing import Any

from django import forms

from statuspage.components.models import Component
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.states import ComponentStates


class IncidentForm(ComposeForm):
    """The words of an incident, and the state of each component."""

    subject_type = "incident"
    states: ComponentStates
    # The fields that the template places individually; the others follow in their order.
    placed = frozenset(
        {
            *("name", "body", "status", "impact", "next_update_by"),
            *("short_sms", "short_wechat", "named", "unnamed"),
        }
    )

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields that the template does not place individually."""
        shown = self.base_fields.keys() - self.placed
        return [one for one in self.visible_fields() if one.name in shown]

    def claims(self, values: Mapping[str, Any]) -> dict[Component, str]:
        """Return the components for which a state was chosen."""
        return dict(self.states.claims(values))

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments, with components by their public ids."""
        claims = self.claims(values)
        by_id = {component.public_id: status for component, status in claims.items()}
        return {**super().given(values), "components": by_id}
