"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegulatorConfig(AppConfig):
    """Room of the regulator clock."""

    name = "statuspage.regulator"
    verbose_name = _("Regulator clock")
