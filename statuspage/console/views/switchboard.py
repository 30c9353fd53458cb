"""All components on one screen, several changed at once, and never without a word."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.console.access import reads, staff_of
from statuspage.console.forms.states import ComponentStates
from statuspage.console.switchboard import changed, chosen_states, form_for
from statuspage.incidents.selectors import open_incidents


class _Switches(forms.Form):
    """A select per component, beginning with the state that the page shows."""

    def __init__(self, components: list[Component]) -> None:
        super().__init__()
        present = {one.public_id: one.status for one in components}
        self.states = ComponentStates(self, components, present)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.choices = ComponentStatus.choices


@reads
def switchboard(request: HttpRequest) -> HttpResponse:
    """The states; with `target`, on to the form in which the change is said."""
    components = list(Component.objects.select_related("group"))
    incidents = list(open_incidents())
    if "target" in request.GET and staff_of(request).may_publish:
        states = changed(components, chosen_states(request.GET))
        if states:
            return redirect(form_for(request.GET["target"], incidents, states))
        messages.info(request, _("No state was changed, so there is nothing to say."))
    context = {"form": _Switches(components), "incidents": incidents}
    return render(request, "console/switchboard.html", context)
