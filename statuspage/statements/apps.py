"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """The log of statements."""

    name = "statuspage.statements"
    verbose_name = _("Statements")
