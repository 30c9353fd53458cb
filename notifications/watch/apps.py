"""Configure the watch."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    """The watch: raises alarms without the help of workers; it has no tables."""

    name = "notifications.watch"
    verbose_name = _("Alarms")

    def ready(self) -> None:
        """Watch in beat as well; the web processes start their own in rsgi.py."""
        from celery import signals

        from notifications.watch.watcher import watch_begin

        signals.beat_init.connect(watch_begin)
