"""The form field for each type of value in a notice's payload."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.console.forms.fields import DayField, MomentFormField
from statuspage.notices.cycles import read_cycle, say_cycle
from statuspage.notices.fields import PayloadField
from statuspage.notices.values import COUNT_DIGITS, NAME_LENGTH
from statuspage.statements.forms import TextPairField


class CycleField(forms.CharField):
    """A settlement cycle, which begins as people say it and is read however they write it."""

    def prepare_value(self, value: Any) -> Any:
        """Return a canonical cycle in the reader's words; what was typed stays as it is."""
        try:
            return say_cycle(value) if read_cycle(str(value)) == value else value
        except ValueError:
            return value


_CLOCK: Final = forms.TimeInput({"type": "time"}, format="%H:%M")

# By the type's name; anything else is a line of text.
INPUTS: Final[Mapping[str, Callable[..., forms.Field]]] = {
    "moment": MomentFormField,
    "date": DayField,
    "clock": partial(forms.TimeField, widget=_CLOCK),
    "year": partial(forms.IntegerField, min_value=2000, max_value=2100),
    "count": partial(forms.IntegerField, min_value=0, max_value=10**COUNT_DIGITS - 1),
    "percent": partial(forms.DecimalField, min_value=0, max_value=100),
    "amount": partial(forms.DecimalField, min_value=0, max_digits=15, decimal_places=2),
    "fee": partial(forms.CharField, max_length=40),
    "cycle": partial(CycleField, max_length=40),
    "text": TextPairField,
    "names": partial(forms.CharField, widget=forms.Textarea({"rows": 4})),
    # As pasted: a tab at its end is an empty cell.
    "prices": partial(forms.CharField, strip=False, widget=forms.Textarea({"rows": 8})),
}


def input_for(one: PayloadField) -> forms.Field:
    """Return the form field for a field of the payload."""
    options: dict[str, Any] = {
        "label": one.label,
        "help_text": one.help,
        "required": one.required,
    }
    if one.value.choices and one.value.name == "several":
        options["widget"] = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=one.value.choices(), **options)
    if one.value.choices:
        return forms.ChoiceField(choices=[("", _nothing(one)), *one.value.choices()], **options)
    line = partial(forms.CharField, max_length=NAME_LENGTH)
    return INPUTS.get(one.value.name, line)(**options)


def _nothing(one: PayloadField) -> str | Promise:
    """Return what a choice begins with; never its first option, which nobody would have chosen."""
    if one.required:
        return _("Please choose")
    # Not "none": beside "Merchants' funds and payouts" that would be an answer.
    return one.empty or _("Not chosen")
