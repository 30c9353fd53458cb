"""The {placeholders} of a template: {time} is filled in automatically, others by the author."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Full-width braces too: Chinese input methods write them.
PLACEHOLDER: Final = re.compile(r"[{\uff5b][^{}\uff5b\uff5d\n]{0,60}[}\uff5d]")
TIME: Final = re.compile(r"[{\uff5b]time[}\uff5d]")
# Merchants read times of day as Beijing time, wherever the server stands.
ZONE: Final = ZoneInfo("Asia/Shanghai")


def with_time(text: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Return the text with {time} replaced by `now` as HH:MM in Beijing time."""
    clock = f"{now.astimezone(ZONE):%H:%M}"
    return {language: TIME.sub(clock, part) for language, part in text.items()}


def placeholders_in(text: Mapping[str, str]) -> list[str]:
    """Return every placeholder left in either language, without repetition, in reading order."""
    found = (match for part in text.values() for match in PLACEHOLDER.findall(part))
    return list(dict.fromkeys(found))


def check_filled_in(text: Mapping[str, str]) -> None:
    """Raise ValidationError, naming them, where placeholders are left."""
    left = placeholders_in(text)
    if left:
        raise ValidationError(
            _("Fill in or delete these placeholders: %(names)s"),
            code="placeholder",
            params={"names": " ".join(left)},
        )
