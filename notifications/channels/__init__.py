"""The ways to reach a subscriber: one file each, found without being listed anywhere."""

import importlib
import pkgutil

from notifications.channels.registry import channel, channels, reachable_channels

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["channel", "channels", "reachable_channels"]
