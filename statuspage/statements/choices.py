"""Read a value that must be one of a fixed set."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


def one_of(known: Collection[str], value: object) -> str:
    """Return the value itself, or raise ValidationError with the allowed ones."""
    if value not in known:
        raise ValidationError(
            _("“%(value)s” is not valid. Choose one of: %(choices)s."),
            code="choice",
            params={"value": value, "choices": ", ".join(known)},
        )
    return str(value)


def clean_choice(enumeration: type[TextChoices], value: object) -> str:
    """Return the value itself, or raise ValidationError with those of the enumeration."""
    return one_of(enumeration.values, value)
