"""The part of an incident's form that asks which public services are concerned."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.fields import offer
from statuspage.console.forms.incident_base import IncidentForm
from statuspage.incidents.naming import naming_warnings, state_for
from statuspage.statements.texts import for_reader

QUESTIONS: Final = frozenset({"named", "unnamed"})


class NamingForm(IncidentForm):
    """A form that warns where no public service is named, and offers all of them to be ticked."""

    named = forms.MultipleChoiceField(
        label=_("Services concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    unnamed = forms.BooleanField(label=_("Publish anyway"), required=False)

    def offer_services(self) -> None:
        """Fill in the public services; call it once `states` is set."""
        public = [one for one in self.states.components if one.visible]
        offer(self, "named", [(one.public_id, for_reader(one.name)) for one in public])

    def ticked(self, values: Mapping[str, Any]) -> dict[Component, str]:
        """Return the ticked services; their state follows from the impact."""
        ticked = set(values.get("named") or ())
        state = state_for(values.get("impact") or "")
        return {one: state for one in self.states.components if one.public_id in ticked}

    def claims(self, values: Mapping[str, Any]) -> dict[Component, str]:
        """Return the services that were ticked or given a state."""
        return {**self.ticked(values), **super().claims(values)}

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's arguments, without the form's own questions."""
        said = super().given(values)
        return {name: one for name, one in said.items() if name not in QUESTIONS}

    def held(self) -> Sequence[Component]:
        """Return the services that the incident has named before."""
        return ()

    @property
    def warnings(self) -> Sequence[str | Promise]:
        """What must be confirmed before publishing."""
        if not self.is_bound:
            return ()
        values = self.usable()
        return naming_warnings(values.get("status", ""), [*self.claims(values), *self.held()])

    def is_ready(self) -> bool:
        """Return True when the form is complete and its warning is confirmed."""
        ready = super().is_ready()
        if unconfirmed := bool(self.warnings) and not self.cleaned_data.get("unnamed"):
            self.add_error("unnamed", _("Tick the services concerned, or “Publish anyway”."))
        return ready and not unconfirmed
