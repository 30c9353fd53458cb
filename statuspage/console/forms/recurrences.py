"""A row of maintenance that comes back."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.fields import DayField, body_field, name_field
from statuspage.incidents.models import Recurrence
from statuspage.incidents.recurrence import Frequency, Rule
from statuspage.incidents.services.recurrences import (
    LONGEST_MINUTES,
    MOST_DAYS,
    recurrence_create,
)
from statuspage.staff.models import Staff
from statuspage.statements.texts import in_language

BY_CLOCK = "clock"
BY_STAFF = "staff"


class RecurrenceForm(forms.Form):
    """What is done, when it comes back, and who announces it."""

    required_css_class = "required"

    name = name_field(_("Headline"))
    body = body_field(_("Text"), _("What will not work meanwhile, and what merchants should do."))
    components = forms.MultipleChoiceField(
        label=_("Components"), required=False, widget=forms.CheckboxSelectMultiple
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Frequency.choices)
    first = DayField(
        label=_("First day"), help_text=_("Its weekday, or its place in the month, comes back.")
    )
    at = forms.TimeField(
        label=_("Starts (Beijing time)"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(
        label=_("Lasts, in minutes"), min_value=1, max_value=LONGEST_MINUTES, initial=60
    )
    ahead_days = forms.IntegerField(
        label=_("Announced so many days ahead"), min_value=1, max_value=MOST_DAYS, initial=14
    )
    announced = forms.ChoiceField(
        label=_("Announced by"),
        choices=[
            (BY_STAFF, _("Staff, who are reminded on the first page")),
            (BY_CLOCK, _("The clock, with this text")),
        ],
        initial=BY_STAFF,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None, *, components: Sequence[Component]) -> None:
        super().__init__(data)
        field = cast("forms.MultipleChoiceField", self.fields["components"])
        field.choices = [
            (one.public_id, in_language(one.name, get_language() or "")) for one in components
        ]

    def create(self, author: Staff) -> Recurrence | None:
        """Set it up; None, with the problems beside their fields, where that is refused."""
        values: dict[str, Any] = self.cleaned_data
        try:
            return recurrence_create(
                name=values["name"],
                body=values["body"],
                components=values["components"],
                rule=Rule(values["frequency"], values["first"], values["at"]),
                minutes=values["minutes"],
                ahead_days=values["ahead_days"],
                automatic=values["announced"] == BY_CLOCK,
                author=author,
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None
