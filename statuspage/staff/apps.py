"""Names the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """People, roles and tokens."""

    name = "statuspage.staff"
    label = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        """Bad keys stop the start; coming in is written down from now on."""
        from statuspage.staff import sealing, signing_in

        sealing.check_keys()
        signing_in.listen()
