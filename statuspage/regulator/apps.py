"""Configure the regulator app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegulatorConfig(AppConfig):
    """Regulatory reports: which are due, when, and which are done."""

    name = "statuspage.regulator"
    verbose_name = _("Regulatory reports")
