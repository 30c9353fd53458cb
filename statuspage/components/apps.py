"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComponentsConfig(AppConfig):
    """Components and their groups."""

    name = "statuspage.components"
    verbose_name = _("Components")
