"""Typed settings of monitors."""

from statuspage.lib.env import AreaSettings, Positive


class MonitorSettings(AreaSettings):
    """Monitors."""

    SIGNALS_KEEP_DAYS: Positive = 90
    """Days after which signals are deleted that a monitor no longer reports."""
