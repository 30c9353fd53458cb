"""Configure the list of carriers' words."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CarrierWordsConfig(AppConfig):
    """Words that carriers refuse or restrict, which administrators keep."""

    name = "notifications.carrier_words"
    verbose_name = _("Words in SMS")
