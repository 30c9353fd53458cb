"""Configure the components app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComponentsConfig(AppConfig):
    """Components and their groups, with the history of their states."""

    name = "statuspage.components"
    verbose_name = _("Services")
