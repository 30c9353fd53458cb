"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """Incidents, maintenance and templates."""

    name = "statuspage.incidents"
    verbose_name = _("Incidents and maintenance")
