"""Finding the {placeholders} of a template that nobody has filled in."""

import re
from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Full-width braces too: Chinese input methods write them.
PLACEHOLDER: Final = re.compile(r"[{{][^{}{}\n]{0,60}[}}]")


def placeholders_in(text: Mapping[str, str]) -> list[str]:
    """Every placeholder left in either language, each once, in reading order."""
    found = (match for part in text.values() for match in PLACEHOLDER.findall(part))
    return list(dict.fromkeys(found))


def check_filled_in(text: Mapping[str, str]) -> None:
    """Pass when nothing is left to fill in.

    Raises:
        ValidationError: something is; the message names it.
    """
    left = placeholders_in(text)
    if left:
        raise ValidationError(
            _("Fill in or delete what is still a placeholder: %(names)s"),
            code="placeholder",
            params={"names": " ".join(left)},
        )
