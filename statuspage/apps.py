"""The wiring as an app, so that `manage.py up` is found."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Holds the project's own management commands; it has no tables."""

    name = "statuspage"
    label = "wiring"
