"""Configure the subscribers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    """Subscribers, their addresses and what they want to hear about."""

    name = "notifications.subscribers"
    verbose_name = _("Subscribers")

    def ready(self) -> None:
        """Have a restore send no code again, and stop imports."""
        from notifications.subscribers.restoring import EXPIRE_CODES
        from statuspage.lib.restoring import on_restore
        from statuspage.uploads.restoring import stop

        on_restore(EXPIRE_CODES)
        on_restore(stop("subscribers_import", "subscribers_importpart"))
