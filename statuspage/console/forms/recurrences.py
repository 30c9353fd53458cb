"""The form of a series: its work, its rule, and who announces it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.console.forms.compose import STALE
from statuspage.console.forms.fields import (
    ComponentsField,
    DayField,
    body_field,
    name_field,
    named,
    offer,
    put,
)
from statuspage.incidents.models import Recurrence
from statuspage.incidents.recurrence import Frequency, RecurrenceRule
from statuspage.incidents.services.series import (
    LONGEST_MINUTES,
    MOST_DAYS,
    recurrence_create,
    recurrence_edit,
)
from statuspage.staff.models import Staff

BY_CLOCK: Final = "clock"
BY_STAFF: Final = "staff"
KEPT: Final = ("name", "body", "frequency", "first", "last", "at", "minutes", "ahead_days")


class RecurrenceForm(forms.Form):
    """A recurring maintenance, new or to be edited."""

    required_css_class = "required"

    name = name_field(_("Headline"))
    body = body_field(
        _("Text"), _("What will not work during the maintenance, and what merchants should do.")
    )
    components = ComponentsField()
    frequency = forms.ChoiceField(label=_("Frequency"), choices=Frequency.choices)
    first = DayField(
        label=_("First day"),
        help_text=_("Later dates follow its weekday or its position in the month."),
    )
    last = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: it goes on until you stop it.")
    )
    at = forms.TimeField(
        label=_("Starts (Beijing time)"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(
        label=_("Duration (minutes)"), min_value=1, max_value=LONGEST_MINUTES, initial=60
    )
    ahead_days = forms.IntegerField(
        label=_("Announced ahead (days)"), min_value=1, max_value=MOST_DAYS, initial=14
    )
    announced = forms.ChoiceField(
        label=_("Announced by"),
        choices=[
            (BY_STAFF, _("Staff, reminded on the dashboard")),
            (BY_CLOCK, _("Automatically, with this text")),
        ],
        initial=BY_STAFF,
        widget=forms.RadioSelect,
    )

    # Compare-and-swap: it was read at this version.
    version = forms.IntegerField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": STALE},
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        components: Sequence[Component],
        recurrence: Recurrence | None = None,
    ) -> None:
        self.recurrence = recurrence
        # How many new dates an edit skipped.
        self.skipped = 0
        super().__init__(data, initial=_from_row(recurrence) if recurrence else None)
        offer(self, "components", named(components))

    def save(self, author: Staff) -> bool:
        """Create or change the series; if refused, show the problems beside their fields."""
        values: dict[str, Any] = dict(self.cleaned_data)
        times = [values.pop(name) for name in ("frequency", "first", "at", "last")]
        version, automatic = values.pop("version"), values.pop("announced") == BY_CLOCK
        save: Callable[..., Any] = recurrence_create
        if self.recurrence:
            self.recurrence.version = version or self.recurrence.version
            save, values["recurrence"] = recurrence_edit, self.recurrence
        try:
            done = save(rule=RecurrenceRule(*times), automatic=automatic, author=author, **values)
        except ValidationError as error:
            self.add_error(None, error)
            if getattr(error, "code", "") == "superseded":
                self._take_version()
            return False
        self.skipped = done if self.recurrence else 0
        return True

    def _take_version(self) -> None:
        """Take the present version: what was typed is kept, and can be saved once more."""
        if self.recurrence:
            self.recurrence.refresh_from_db()
            put(self, version=self.recurrence.version)


def _from_row(row: Recurrence) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in KEPT},
        "components": [one.public_id for one in row.components.all()],
        "announced": BY_CLOCK if row.automatic else BY_STAFF,
        "version": row.version,
    }
