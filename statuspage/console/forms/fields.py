"""Form fields that several of the console's forms share."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.statements.forms import TextPairField

# Beyond these a time cannot be meant, and near the calendar's ends it cannot even be converted.
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
NAME_LENGTH: Final = 120


def name_field(label: Any, help_text: Any = "") -> TextPairField:
    """A headline in both languages."""
    return TextPairField(label=label, help_text=help_text, max_length=NAME_LENGTH)


def body_field(label: Any, help_text: Any = "") -> TextPairField:
    """A text in both languages."""
    return TextPairField(label=label, help_text=help_text, long=True)


class MomentField(forms.DateTimeField):
    """A time of day in the operator's time zone, to the minute."""

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        validators: list[Callable[..., None]] = [
            MinValueValidator(EARLIEST),
            MaxValueValidator(LATEST),
        ]
        if future:
            validators.append(in_the_future)
        super().__init__(widget=widget, validators=validators, **options)


class DayField(forms.DateField):
    """A calendar date."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        limits = (MinValueValidator(EARLIEST.date()), MaxValueValidator(LATEST.date()))
        super().__init__(widget=widget, validators=limits, **options)


def in_the_future(moment: datetime | date) -> None:
    """Pass for a moment that is still to come.

    Raises:
        ValidationError: it has passed.
    """
    if isinstance(moment, datetime) and moment <= timezone.now():
        raise ValidationError(_("This time has already passed."), code="past")
