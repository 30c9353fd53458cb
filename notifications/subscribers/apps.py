"""Configure the subscribers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    """Subscribers, their addresses and what they want to hear about."""

    name = "notifications.subscribers"
    verbose_name = _("Subscribers")
