"""Names the room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Room of the management API."""

    name = "statuspage.api"
