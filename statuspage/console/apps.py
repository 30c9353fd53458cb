"""Names the room."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Room of the staff console."""

    name = "statuspage.console"
