"""Configure the notices app, and check its settings."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from statuspage.lib.env import require_known


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
        check_settings()


def check_settings() -> None:
    """Refuse a kind in FOUR_EYES_KINDS that does not exist, and so guards nothing.

    Raises:
        ConfigurationError: FOUR_EYES_KINDS names an unknown kind.
    """
    from statuspage.notices.kind import kinds

    require_known("FOUR_EYES_KINDS", settings.FOUR_EYES_KINDS, {one.name for one in kinds()})
