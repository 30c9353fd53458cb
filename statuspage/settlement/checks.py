"""System checks of this room."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from statuspage.settlement.notices import kinds


@register()
def four_eyes_kinds_exist(**_options: Any) -> list[CheckMessage]:
    """E001: FOUR_EYES_KINDS names a kind of notice that does not exist, and so guards nothing."""
    unknown = settings.FOUR_EYES_KINDS - {one.name for one in kinds()}
    return [
        Error(f"FOUR_EYES_KINDS: there is no kind of notice {one!r}", id="settlement.E001")
        for one in sorted(unknown)
    ]
