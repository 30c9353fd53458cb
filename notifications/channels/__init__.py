"""The media by which subscribers are reached, and their providers: one file each, found by itself.

A folder has a medium's name and holds its providers.
"""

import importlib
from pathlib import Path

from notifications.channels.base import provider, providers
from notifications.channels.media import media, medium
from notifications.media import MEDIA
from statuspage.lib.discovery import import_modules

for _name in MEDIA:
    importlib.import_module(f"{__name__}.{_name}")
    import_modules(f"{__name__}.{_name}", [str(Path(__file__).parent / _name)])

__all__ = ["media", "medium", "provider", "providers"]
