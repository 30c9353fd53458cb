"""Configure the api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The management API: publishing and reading over HTTP with a token."""

    name = "statuspage.api"
