"""The {placeholders} of a prepared text: found, filled in where known, and refused where left."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.statements.texts import Text, clean_text, in_language

# Full-width braces too: Chinese input methods write them; doubled ones, as other tools want them.
# What the author is asked for may be long, and have several lines.
PLACEHOLDER: Final = re.compile(
    r"[{\uff5b]{1,3}(?:\s*[?\uff1f][^{}\uff5b\uff5d]*|[^{}\uff5b\uff5d\n]*)[}\uff5d]{1,3}"
)


def name_of(placeholder: str) -> str:
    """Return what stands between the braces."""
    return placeholder.strip("{}\uff5b\uff5d").strip()


def placeholders_in(text: Mapping[str, str]) -> list[str]:
    """Return every placeholder in either language, without repetition, in reading order."""
    found = (match for part in text.values() for match in PLACEHOLDER.findall(part))
    return list(dict.fromkeys(found))


def filled(text: Mapping[str, str], values: Mapping[str, Text]) -> Text:
    """Return the text with every placeholder that `values` names replaced, in each language."""
    return {
        language: PLACEHOLDER.sub(partial(_value, values, language), part)
        for language, part in text.items()
    }


def check_filled_in(text: Mapping[str, str]) -> None:
    """Raise ValidationError, naming them, where placeholders are left."""
    left = placeholders_in(text)
    if left:
        raise ValidationError(
            _("Fill in or delete these placeholders: %(names)s"),
            code="placeholder",
            params={"names": " ".join(left)},
        )


def clean_said(value: object, **limits: int) -> Text:
    """Return a Text that can be published; ValidationError for an unusable one, or a placeholder.

    `limits` are those of `clean_text`.
    """
    text = clean_text(value, **limits)
    check_filled_in(text)
    return text


def _value(values: Mapping[str, Text], language: str, found: re.Match[str]) -> str:
    known = values.get(name_of(found[0]))
    return in_language(known, language) if known else found[0]
