"""Parts of pages that show nothing but the values they are given: rendered once for each."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Parts kept in memory, of a few kilobytes each.
KEPT: Final = 1000


def part(template: str, **shown: Hashable) -> SafeString:
    """Return the part in the active language, without the line break at its end."""
    # A date shows its year where that is not the present one.
    return _rendered(get_language(), timezone.localdate().year, template, tuple(shown.items()))


# From one statement to the next most of them stay as they were.
@lru_cache(KEPT)
def _rendered(
    _language: str | None, _year: int, template: str, shown: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    rendered = render_to_string(template, dict(shown))
    return mark_safe(rendered.removesuffix("\n"))  # noqa: S308 - of a template, which escapes
