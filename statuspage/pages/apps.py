"""Names the room."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Room of the public site."""

    name = "statuspage.pages"
