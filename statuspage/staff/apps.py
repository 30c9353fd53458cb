"""Configure the staff app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Staff: people, roles and API tokens."""

    name = "statuspage.staff"
    label = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        """Record who signs in."""
        from statuspage.staff import signing_in

        signing_in.listen()
