"""The {placeholders} of a template: the time fills itself in, all others the author must."""

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
    """The text with `now` as HH:MM in Beijing time wherever it says {time}."""
    clock = f"{now.astimezone(ZONE):%H:%M}"
    return {language: TIME.sub(clock, part) for language, part in text.items()}


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
