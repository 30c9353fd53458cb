"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Settlement notices."""

    name = "statuspage.settlement"
    verbose_name = _("Settlement")
