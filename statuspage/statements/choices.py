"""Reading a value that must be one of an enumeration's."""

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


def clean_choice(enumeration: type[TextChoices], value: object) -> str:
    """The value itself.

    Raises:
        ValidationError: it is none of the enumeration's; the message lists them.
    """
    if value not in enumeration.values:
        raise ValidationError(
            _("“%(value)s” is not possible. Choose one of: %(choices)s."),
            code="choice",
            params={"value": value, "choices": ", ".join(enumeration.values)},
        )
    return str(value)
