"""Configure the settlement app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Settlement: rules, arrival dates, affected transactions and commitments."""

    name = "statuspage.settlement"
    verbose_name = _("Settlement")
