"""Configure the notices app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Notices to merchants: their kinds, approval and publication."""

    name = "statuspage.notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Find the kinds of every app; register what a withdrawal undoes."""
        from statuspage.notices.services import notice_undo
        from statuspage.statements.services import on_withdraw

        on_withdraw("notice", notice_undo)
        autodiscover_modules("kinds")
