"""The ways to reach a subscriber: one file each, found automatically."""

from notifications.channels.base import channel, channels, reachable_channels
from statuspage.lib.discovery import import_modules

import_modules(__name__, __path__)

__all__ = ["channel", "channels", "reachable_channels"]
