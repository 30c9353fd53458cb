"""How each type of value in a notice's payload is typed in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.fields import DayField, MomentField
from statuspage.settlement.notices.base import PayloadField
from statuspage.settlement.values import COUNT_DIGITS, NAME_LENGTH
from statuspage.statements.forms import TextPairField

YEARS: Final = (2000, 2100)
FEE_LENGTH: Final = 40
CYCLE_LENGTH: Final = 5


def _year(**options: Any) -> forms.Field:
    first, last = YEARS
    return forms.IntegerField(min_value=first, max_value=last, **options)


def _count(**options: Any) -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=10**COUNT_DIGITS - 1, **options)


def _percent(**options: Any) -> forms.Field:
    return forms.DecimalField(min_value=0, max_value=100, **options)


def _amount(**options: Any) -> forms.Field:
    return forms.DecimalField(min_value=0, max_digits=15, decimal_places=2, **options)


def _clock(**options: Any) -> forms.Field:
    widget = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(widget=widget, **options)


def _names(**options: Any) -> forms.Field:
    return forms.CharField(widget=forms.Textarea({"rows": 4}), **options)


def _line(length: int) -> Callable[..., forms.Field]:
    return lambda **options: forms.CharField(max_length=length, **options)


def _choice(*, choices: Any, required: bool, **options: Any) -> forms.Field:
    none = () if required else (("", _("None")),)
    return forms.ChoiceField(choices=[*none, *choices()], required=required, **options)


# By the type's name; anything else is a line of text.
INPUTS: Final[Mapping[str, Callable[..., forms.Field]]] = {
    "moment": MomentField,
    "date": DayField,
    "clock": _clock,
    "year": _year,
    "count": _count,
    "percent": _percent,
    "amount": _amount,
    "fee": _line(FEE_LENGTH),
    "cycle": _line(CYCLE_LENGTH),
    "text": TextPairField,
    "names": _names,
}


def input_for(one: PayloadField) -> forms.Field:
    """The form field for a field of a payload."""
    options = {"label": one.label, "help_text": one.help, "required": one.required}
    if one.value.choices:
        return _choice(choices=one.value.choices, **options)  # type: ignore[arg-type]
    return INPUTS.get(one.value.name, _line(NAME_LENGTH))(**options)
