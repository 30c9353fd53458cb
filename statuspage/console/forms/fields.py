"""Form fields that several of the console's forms share."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.incidents.content import NAME_LENGTH
from statuspage.statements.forms import TextPairField
from statuspage.statements.texts import for_reader

# A time outside these is a typing error; near datetime's limits it cannot be converted.
YEARS: Final = range(2000, 2100)


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Set the choices of the form's field of that name."""
    cast("forms.ChoiceField", form.fields[name]).choices = [*choices]


def offers(form: forms.BaseForm, name: str, value: str) -> bool:
    """Return whether the form's field of that name has the value among its choices."""
    return value in dict(cast("Any", form.fields[name]).choices)


def name_field(label: Any, help_text: Any = "") -> TextPairField:
    """Return a field for a headline in both languages."""
    return TextPairField(label=label, help_text=help_text, max_length=NAME_LENGTH)


def body_field(label: Any, help_text: Any = "") -> TextPairField:
    """Return a field for a text in both languages."""
    return TextPairField(label=label, help_text=help_text, long=True)


def named(components: Iterable[Component]) -> list[tuple[str, str]]:
    """Return components as choices: pairs of public id and name."""
    return [(one.public_id, for_reader(one.name)) for one in components]


class MomentFormField(forms.DateTimeField):
    """A date and time in the operator's time zone, to the minute."""

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        validators: list[Callable[..., None]] = [in_years]
        if future:
            validators.append(in_the_future)
        super().__init__(widget=widget, validators=validators, **options)


class ComponentsField(forms.MultipleChoiceField):
    """A choice of several components by their public ids."""

    def __init__(self) -> None:
        widget = forms.CheckboxSelectMultiple
        super().__init__(label=_("Services"), required=False, widget=widget)


class DayField(forms.DateField):
    """A calendar date."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, validators=[in_years], **options)


def in_years(moment: date) -> None:
    """Refuse a day or time of an impossible year with a ValidationError."""
    if moment.year not in YEARS:
        raise ValidationError(_("The year must be from 2000 to 2099."), code="year")


def in_the_future(moment: datetime | date) -> None:
    """Refuse a moment that has passed with a ValidationError."""
    if isinstance(moment, datetime) and moment <= timezone.now():
        raise ValidationError(_("This time has already passed. Choose a later one."), code="past")


def put(form: forms.BaseForm, **values: object) -> None:
    """Have a form that was sent show other values in these fields."""
    data = cast("QueryDict", form.data).copy()
    for name, value in values.items():
        data[name] = str(value)
    form.data = data
