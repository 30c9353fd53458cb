"""Configure the incidents app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """Incidents and maintenance, from the first report to the resolution, and their templates."""

    name = "statuspage.incidents"
    verbose_name = _("Incidents and maintenance")
