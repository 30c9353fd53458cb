"""Configure the console app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from statuspage.lib.env import require_known


class ConsoleConfig(AppConfig):
    """The staff console: pages to write, approve, publish and follow statements."""

    name = "statuspage.console"
    verbose_name = _("Console")

    def ready(self) -> None:
        """Check that REVIEWED_KINDS names statements that can be published."""
        check_settings()


def check_settings() -> None:
    """Refuse a kind in REVIEWED_KINDS that does not exist, and so is never reviewed.

    Raises:
        ConfigurationError: REVIEWED_KINDS names an unknown kind.
    """
    from statuspage.console.labels import STATEMENTS
    from statuspage.notices.kind import kinds

    known = {*STATEMENTS, *(f"notice.{one.name}" for one in kinds())}
    require_known("REVIEWED_KINDS", settings.REVIEWED_KINDS, known)
